"""Reading manifests: one module per ecosystem, one visible list, one function that never raises.

A parser is `parse(text, path, companions) -> Inventory`, pure, and raises nothing but `UnreadableManifest`.
`companions` are other texts of the same tree that it asked for by name (`package.json` beside `package-lock.json`).
To add a format: one function, one line in FORMATS, one test file.
"""

from checks.manifests.formats import FORMATS, NAMED, Format, recognize, recognize_named
from checks.manifests.read import MAX_BYTES, read, too_large

__all__ = ["FORMATS", "MAX_BYTES", "NAMED", "Format", "read", "recognize", "recognize_named", "too_large"]
