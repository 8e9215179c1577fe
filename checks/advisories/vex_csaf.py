"""VEX in CSAF 2.0 and 2.1: product status by product id, with the purls of the product tree."""

from collections.abc import Iterator, Mapping

from checks.advisories.vex import (
    Fields,
    Product,
    moment_of,
    object_of,
    objects_of,
    product_of,
    stated,
    text_of,
    texts_of,
)
from checks.model.advisory import Statement, VexStatus

_STATUS = {
    "known_not_affected": VexStatus.NOT_AFFECTED,
    "known_affected": VexStatus.AFFECTED,
    "first_affected": VexStatus.AFFECTED,
    "last_affected": VexStatus.AFFECTED,
    "fixed": VexStatus.FIXED,
    "first_fixed": VexStatus.FIXED,
    "under_investigation": VexStatus.UNDER_INVESTIGATION,
    "unknown": VexStatus.UNDER_INVESTIGATION,
}
#: A package, and the product that it is a component of.
_Pair = tuple[Product, Product | None]


def statements(document: Fields) -> Iterator[Statement]:
    """Only packages that have a purl: other products are nothing that the gate sees."""
    head, tree = object_of(document.get("document")), object_of(document.get("product_tree"))
    author = text_of(object_of(head.get("publisher")).get("name"))
    at = moment_of(object_of(head.get("tracking")).get("current_release_date"))
    products, groups = _products(tree), _groups(tree)
    for item in objects_of(document.get("vulnerabilities")):
        names = [text_of(item.get("cve")), *(text_of(entry.get("text")) for entry in objects_of(item.get("ids")))]
        reasons = _reasons(item, groups)
        listed = object_of(item.get("product_status"))
        for key, status in _STATUS.items():
            for id_ in texts_of(listed.get(key)):
                pairs, reason = products.get(id_, ()), reasons.get(id_, "")
                yield from stated(names, pairs, status, reason, author, at)


def _reasons(item: Fields, groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The label of a flag, by product id."""
    found: dict[str, str] = {}
    for flag in objects_of(item.get("flags")):
        members = [member for group in texts_of(flag.get("group_ids")) for member in groups.get(group, ())]
        found.update(dict.fromkeys((*texts_of(flag.get("product_ids")), *members), text_of(flag.get("label"))))
    return found


def _groups(tree: Fields) -> dict[str, tuple[str, ...]]:
    groups = objects_of(tree.get("product_groups"))
    return {text_of(group.get("group_id")): tuple(texts_of(group.get("product_ids"))) for group in groups}


def _products(tree: Fields) -> dict[str, tuple[_Pair, ...]]:
    """The packages behind each product id; a relationship joins a component and the product that has it."""
    single: dict[str, tuple[Product, ...]] = {}
    for entry, versions in _named(tree):
        single[text_of(entry.get("product_id"))] = tuple(_packages(entry, versions))
    found: dict[str, tuple[_Pair, ...]] = {id_: tuple((item, None) for item in items) for id_, items in single.items()}
    for relation in objects_of(tree.get("relationships")):
        components = single.get(text_of(relation.get("product_reference")), ())
        users = single.get(text_of(relation.get("relates_to_product_reference")), ())
        id_ = text_of(object_of(relation.get("full_product_name")).get("product_id"))
        user = users[0] if users else Product("", "unknown")  # a product without purl is another one than ours
        found[id_] = tuple((component, user) for component in components)
    return found


def _named(tree: Fields) -> Iterator[tuple[Fields, str | None]]:
    """Every product of the tree and, below a branch of versions, its range; a range in prose is one that nobody has."""
    for entry in objects_of(tree.get("full_product_names")):
        yield entry, None
    waiting = [tree]
    while waiting:
        for branch in objects_of(waiting.pop().get("branches")):
            ranged = branch.get("category") == "product_version_range"
            if isinstance(branch.get("product"), dict):
                yield object_of(branch["product"]), text_of(branch.get("name")) if ranged else None
            waiting.append(branch)


def _packages(entry: Fields, versions: str | None) -> Iterator[Product]:
    helper = object_of(entry.get("product_identification_helper"))
    for purl in (helper.get("purl"), *texts_of(helper.get("purls"))):
        if isinstance(purl, str) and (found := product_of(purl, versions)):
            yield found
