"""Statements that are no SPDX expressions but can be meant in only one way."""

import re

from checks.licenses import joined
from checks.licenses.addresses import at_address, is_address
from checks.licenses.tree import Expression, Unclear, Word, all_of, any_of

_FILE = re.compile(joined.FILE, re.IGNORECASE)
_TAG = "spdx-license-identifier:"
#: OSGi's `"Apache-2.0";link="https://…"`.
_ATTRIBUTES = re.compile(r";\s*(?:link|description)\s*=\s*(?:\"[^\"]*\"|[^,;]*)", re.IGNORECASE)
_CUT_OFF = re.compile(r"^[,;/|&]|[,;|&]$| \+$|^[^:]*/$")
#: What shows that there may be more than one name.
_AROUND = re.compile(r"[,;:&|/+(\[<]| (?:-?or-?|and|see) |\b(?:dual|triple|tri)\b", re.IGNORECASE)
_SEE_FILE = re.compile(
    rf"[,;.]? *[(\[]? *(?:please +)?see +{joined.FILE}"
    r"(?: +for +(?:more +|further +)?(?:details|information|terms))?[)\]]?\.?$",
    re.IGNORECASE,
)
_DUAL = re.compile(
    r"^(?:dual|triple|tri)(?:[ -]*licen[cs]e[ds]?)?:?(?: +(?:under|with|as|of|consisting +of))?"
    r"(?: +(?:either|both))?(?: +the)? +| \(?(?:dual|triple|tri)[ -]licen[cs]ed?\)?$",
    re.IGNORECASE,
)
#: "or later" and its cousins, which stand for `+`, and names that have an operator inside.
_LATER = re.compile(
    r",? *\b(?:or|and) +(?:\(?at your option\)? +)?(?:any +)?(?:later|newer|greater|higher|above)(?: +versions?)?\b",
    re.IGNORECASE,
)
_INNER = re.compile(r"common development and distribution|(?:library|lesser) or (?:library|lesser)", re.IGNORECASE)
_COMMA_BEFORE_VERSION = re.compile(r",(?= *v(?:er(?:sion)?)?\.? *\d)", re.IGNORECASE)


def repair(raw: str) -> Expression | None:
    """The only meaning that `raw` can have, `Unclear` where several licenses share a name; None if there is none."""
    text = " ".join(raw.split()).rstrip(".").strip("\"'` ")
    if not text:
        return None
    first = text[0]
    if first in "[{":
        return _old_npm(text)
    if first in "LlOo" and "::" in text:
        return _classifiers(text)
    pointer = joined.pointer(text) if first in "SsPp" else None
    if pointer is not None:
        return pointer
    if first in "Hh/" and is_address(text) and "," not in text:
        return at_address(_ATTRIBUTES.sub("", text)) or Word(text)
    if text.count("(") != text.count(")") or _CUT_OFF.search(text):
        return None  # cut off, or damaged: what is missing may be the other license
    found = joined.names(_undecorated(text)) if _AROUND.search(text) else joined.name(text)
    if isinstance(found, Unclear):
        return found._replace(name=text)
    return found or (Word(text) if _FILE.fullmatch(text) else None)


def _undecorated(text: str) -> str:
    """Without what says nothing of the license, and without operators that belong to a name."""
    folded = text.lower()
    if folded.startswith(_TAG):
        text = text[len(_TAG) :]
    if ";" in text and "=" in text:
        text = _ATTRIBUTES.sub("", text)
    if "see " in folded:
        text = _SEE_FILE.sub("", text)
    if "dual" in folded or "tri" in folded:
        text = _DUAL.sub("", text)
    if ", v" in folded or ",v" in folded:
        text = _COMMA_BEFORE_VERSION.sub("", text)
    if " or " in folded or " and " in folded:
        text = _LATER.sub("+", text)
        text = _INNER.sub(lambda match: "CDDL" if match[0][0] in "cC" else "lesser", text)
    return text


def _classifiers(text: str) -> Expression | None:
    """Python's trove classifiers, one or several; which of them apply is not said, so all. A parent of another one adds
    nothing (PEP 639)."""
    several = re.split(r"[,;|] *(?=License ::)|(?<=\S) +(?=License ::)", text)
    if len(several) > joined.MAX_PARTS:
        return None
    found = []
    for classifier in several:
        if any(other.startswith(f"{classifier} ::") for other in several):
            continue
        name = classifier.rpartition("::")[2].strip()
        meaning = Word("OTHER") if name == "Other/Proprietary License" else joined.name(name)
        if meaning is None:
            return None
        found.append(meaning)
    return all_of(found)


def _old_npm(text: str) -> Expression | None:
    """npm's old forms: `{"type": "MIT", "url": …}` and a list of such or of names, which offers a choice."""
    import json

    try:
        value = json.loads(text if '"' in text else text.replace("'", '"'))
    except (ValueError, RecursionError):
        return None
    items = value if isinstance(value, list) else [value]
    if not 0 < len(items) <= joined.MAX_PARTS:
        return None
    found = []
    for item in items:
        meaning = _old_npm_item(item)
        if meaning is None:
            return None
        found.append(meaning)
    return any_of(found)


def _old_npm_item(item: object) -> Expression | None:
    """One license; its address may say which of several it is, and must not say another."""
    url = None
    if isinstance(item, dict):
        url = item.get("url")
        item = item.get("type", item.get("name", url))
    if not isinstance(item, str) or item.strip()[:1] in ("", "[", "{"):
        return None
    name = repair(item)
    address = at_address(url.strip()) if isinstance(url, str) else None
    return name if address is None or name is None else joined.both(name, address)
