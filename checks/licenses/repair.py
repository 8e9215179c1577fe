"""Statements that are no SPDX expressions but can be meant in only one way."""

import re

from checks.licenses.expression import ExpressionError, parse
from checks.licenses.index import find
from checks.licenses.names import LATER, recognize
from checks.licenses.tree import Expression, License, Unclear, Word, all_of, any_of, leaves

#: Entries of npm's old list form that are read; more is not a statement.
_MAX_PARTS = 32
_BLANKS = re.compile(r"\s+")
_POINTER = re.compile(r"see +licen[cs]e(?: +(?:in|at|file))? *[:<]? *(?P<where>.{1,200}?)>?", re.IGNORECASE)
_ADDRESS_BEHIND = re.compile(r" *[(<]\s*https?://[^\s()<>]*\s*[)>]$", re.IGNORECASE)
_OR = re.compile(r" +or +| */ *| *\| *", re.IGNORECASE)
_AND = re.compile(r" +and +| *[,;&] *", re.IGNORECASE)


def repair(raw: str) -> Expression | None:
    """The only meaning that `raw` can have, `Unclear` where several licenses share a name; None if there is none."""
    text = _BLANKS.sub(" ", raw).strip().strip("\"'`").strip()
    if not text:
        return None
    pointer = _POINTER.fullmatch(text)
    if pointer is not None:
        return Word(f"SEE LICENSE IN {pointer['where'].strip()}")
    if text[0] in "[{":
        return _old_npm(text)
    if text.lower().startswith("license ::"):
        return _classifiers(text)
    if re.match(r"https?://", text, re.IGNORECASE):
        return _address(text)
    if text.count("(") != text.count(")"):
        return None  # cut off, or damaged: what is missing may be the other license
    return _named(text) or _named(_ADDRESS_BEHIND.sub("", text)) or _joined(LATER.sub("+", text))


def _named(text: str) -> Expression | None:
    """One license: an id, or a name that the grammar understands."""
    try:
        found = parse(text)
    except ExpressionError:
        found = None
    if isinstance(found, Word) or (found is not None and all(map(_known, leaves(found)))):
        return found
    name = recognize(text)
    if name is None:
        return None
    return parse(name.spdx) if name.spdx else Unclear(text, name.candidates)


def _known(leaf: Expression) -> bool:
    return not isinstance(leaf, License) or leaf.id.startswith("LicenseRef-") or find(leaf.id) is not None


def _joined(text: str) -> Expression | None:
    """Several names with `or`, `/`, `and` or commas between them, if every one of them is understood.

    Whether a comma means "both" or "either" is not known, so it is read as the stricter AND.
    """
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:-1] and ")" not in text[1:-1]:
        text = text[1:-1].strip()
    alternatives = _OR.split(text)
    if len(alternatives) > 1 and any(sign in text for sign in ",;"):
        return None  # "A, B or C": the commas may mean the same as the word, or not
    parts = [_AND.split(alternative) for alternative in alternatives]
    if not 1 < sum(map(len, parts)) <= _MAX_PARTS:
        return None
    found = [[_named(name) for name in group] for group in parts]
    if any(name is None for group in found for name in group):
        return None
    return any_of([all_of([name for name in group if name is not None]) for group in found])


def _classifiers(text: str) -> Expression | None:
    """Python's trove classifiers, one or several (which of them apply is not said: all)."""
    found = []
    for classifier in re.split(r"[,;] *(?=License ::)|(?<=\S) +(?=License ::)", text)[:_MAX_PARTS]:
        name = classifier.rpartition("::")[2].strip()
        found.append(Word("OTHER") if name == "Other/Proprietary License" else _named(name))
    known = [name for name in found if name is not None]
    return all_of(known) if len(known) == len(found) else None


def _old_npm(text: str) -> Expression | None:
    """npm's old forms: `{"type": "MIT", "url": …}` and a list of such or of names, which offers a choice."""
    import json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    items = value if isinstance(value, list) else [value]
    if not 0 < len(items) <= _MAX_PARTS:
        return None
    found = []
    for item in items:
        name = item.get("type", item.get("name")) if isinstance(item, dict) else item
        license_ = _named(name) if isinstance(name, str) and name[:1] not in ("{", "[") else None
        if license_ is None:
            return None
        found.append(license_)
    return any_of(found)


_ADDRESSES = (
    ("spdx.org/licenses/", "{}"),
    ("opensource.org/licenses/", "{}"),
    ("opensource.org/license/", "{}"),
    ("apache.org/licenses/license-", "Apache-{}"),
    ("mozilla.org/mpl/", "MPL-{}"),
    ("mozilla.org/en-us/mpl/", "MPL-{}"),
    ("eclipse.org/legal/epl-", "EPL-{}"),
    ("gnu.org/licenses/old-licenses/", "{}"),
    ("gnu.org/licenses/", "{}"),
    ("creativecommons.org/publicdomain/zero/", "CC0-{}"),
    ("creativecommons.org/licenses/", "CC-{}"),
)
_ENDINGS = ("/", "/deed", "/legalcode", ".html", ".htm", ".txt", ".php", ".en")


def _address(text: str) -> Expression | None:
    """The address of a license at its steward; any other page may say anything."""
    address = re.sub(r"^https?://(?:www\.)?", "", text.lower()[:200])
    for ending in reversed(_ENDINGS):
        address = address.removesuffix(ending)
    address = address.removesuffix("/")
    for beginning, template in _ADDRESSES:
        if address.startswith(beginning):
            name = template.format(address[len(beginning) :].replace("/", "-"))
            return _at_address(_EPL.sub(r"epl-\1.\2", name.lower()))
    return None


_EPL = re.compile(r"^epl-v?(\d)\.?(\d)$")


def _at_address(name: str) -> Expression | None:
    try:
        found = parse(name)
    except ExpressionError:
        return None
    return found if isinstance(found, License) and _known(found) else None
