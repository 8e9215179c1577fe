"""A JSON document as text that may be printed anywhere, also to the log of an Actions runner."""

import json
from typing import Any


def encode(document: dict[str, Any]) -> str:
    """Indented, real letters, a line end; `##[`, which a runner obeys inside any line, is written escaped."""
    return json.dumps(document, indent=2, ensure_ascii=False).replace("##[", "#\\u0023[") + "\n"
