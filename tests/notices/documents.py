"""Components to make notices of."""

from checks.notices.document import Component, File
from tests.texts.spdx import mit


def component(
    name: str = "grid", version: str | None = "1.0.0", license_: str | None = "MIT", **files: str
) -> Component:
    """`files`: text by path, with `_` for a dot; without any it has the MIT License."""
    texts = files or {"LICENSE": mit(f"Copyright (c) 2020 {name}")}
    found = tuple(File(path.replace("_", "."), text, _recognized(text)) for path, text in texts.items())
    return Component(f"pkg:npm/{name}", name, version, license_, files=found)


def _recognized(text: str) -> str | None:
    return "MIT" if "Permission is hereby granted" in text else None
