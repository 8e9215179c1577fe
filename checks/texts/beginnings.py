"""How the standard text of a license begins, for who has to decide about it without knowing it by heart."""

import json
from collections.abc import Iterable

from checks.texts.reference_file import reference_file

#: Characters of a text, and how many are shown.
LENGTH, MOST = 1_200, 3


def beginnings(ids: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    """These SPDX ids, each with the beginning of its text; None where no texts are here."""
    named = list(ids)[:MOST]
    texts = _texts(named) if named else {}
    return tuple((id_, texts.get(id_)) for id_ in named)


def _texts(ids: Iterable[str]) -> dict[str, str]:
    path = reference_file()
    if path is None:
        return {}
    try:
        with open(path, "rb") as file:
            licenses = json.load(file)["licenses"]
        return {id_: _cut(licenses[id_]["metadata"]["licenseText"]) for id_ in ids if id_ in licenses}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _cut(text: str) -> str:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n")]
    begins = "\n".join(line for line in lines if line)
    return begins if len(begins) <= LENGTH else begins[:LENGTH].rsplit(None, 1)[0] + " …"
