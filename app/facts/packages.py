"""The packages of a checkout with everything that notices say of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.facts.recognizer import decoded
from app.facts.texts import MAX_FILE, Texts, paths
from app.facts.trees import installed
from app.facts.trees.tree import Installed, Tree
from checks.licenses.index import Category, categories
from checks.licenses.judge import Verdict
from checks.licenses.statement import read
from checks.licenses.tree import License, With, leaves
from checks.model.change import Change
from checks.model.dependency import Origin
from checks.model.facts import Facts, PackageKey
from checks.model.packages import Known, LicenseText, VersionFacts
from checks.notices.document import Component, File
from checks.notices.parts import is_part
from checks.rules.licenses.circumstances import held_for
from checks.rules.licenses.layers import layers
from checks.rules.licenses.section import LicensesSection

_COPYLEFT = frozenset({Category.WEAK_COPYLEFT, Category.STRONG_COPYLEFT, Category.NETWORK_COPYLEFT})


@dataclass(frozen=True, slots=True)
class Packages:
    """The components of a checkout."""

    components: tuple[Component, ...]
    installed: int
    """How many of them lie in the tree, so that their texts could be read."""


def packages(tree: Tree, changes: Iterable[Change], texts: Texts, section: LicensesSection) -> Packages:
    """What `changes` bring, as far as it becomes part of a product; licenses are chosen as `section` judges."""
    wanted = [change for change in changes if any(is_part(place.dependency) for place in change.places)]
    found: dict[PackageKey, Installed] = {}
    for package in installed(tree, wanted):
        found.setdefault(package.key, package)
    components: dict[PackageKey, Component] = {}
    for change in wanted:
        key = (change.purl, change.version)
        components[key] = _component(change, found.get(key), tree, texts, section)
    return Packages(tuple(components.values()), len(found))


def _component(
    change: Change, package: Installed | None, tree: Tree, texts: Texts, section: LicensesSection
) -> Component:
    known = texts.of(package)[0] if package else ()
    facts = VersionFacts(
        license=package.declared if package else None, texts=Known(known, str(package.root)) if package else None
    )
    license_, chosen = _license(change, facts, section)
    return Component(
        change.purl,
        change.name,
        change.version,
        license_,
        chosen,
        _source(change) if license_ and _asks_for_source(chosen or license_) else None,
        tuple(_files(tree, package, known)) if package else (),
    )


def _license(change: Change, facts: VersionFacts, section: LicensesSection) -> tuple[str | None, str | None]:
    """The expression that counts, and what is chosen of it where the policy allows one of its choices."""
    stated = [p.dependency.license for p in change.places if p.dependency.origin is not Origin.PATH]
    claims = layers(section, change.purl, change.version, stated, facts).effective
    if not claims:
        return None, None
    expressions = dict.fromkeys(read(claim.raw).text for claim in claims)
    if len(expressions) > 1:  # two lock files that say different things: no choice is made between them
        return "; ".join(expressions), None
    judgments = [lists.judge.verdicts[claims[0].raw] for _, lists in held_for(change, Facts(), section)]
    chosen = {judgment.chosen for judgment in judgments if judgment.verdict is Verdict.ALLOWED and judgment.elected}
    return next(iter(expressions)), chosen.pop() if len(chosen) == 1 else None


def _asks_for_source(expression: str) -> bool:
    found = read(expression).expression
    names = [leaf.license if isinstance(leaf, With) else leaf for leaf in leaves(found)] if found else []
    return any(categories(name.id) & _COPYLEFT for name in names if isinstance(name, License))


def _source(change: Change) -> str | None:
    """The address that a lock file names; its secrets were masked when the file was read."""
    addresses = (place.dependency.source for place in change.places)
    return next((address for address in addresses if address and "://" in address), None)


def _files(tree: Tree, package: Installed, known: Sequence[LicenseText]) -> Iterator[File]:
    """Every file about licenses with its text; those that hold none are left out, as nobody could read them."""
    recognized: Mapping[str, str | None] = {text.path: text.license for text in known}
    for path in sorted(paths(tree, package)):
        data = tree.data(package.root / path, MAX_FILE)
        text = decoded(data) if data is not None else None
        if text and not text.isspace():
            yield File(path, text, recognized.get(path))
