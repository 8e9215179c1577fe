"""A JSON document as text that may be printed anywhere, also to a terminal and to the log of an Actions runner."""

import json
import re
from typing import Any

#: What moves the cursor, reorders or hides text, as in `checks.model.phrase`; JSON itself escapes only C0 controls.
_INVISIBLE = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def encode(document: dict[str, Any]) -> str:
    """Indented, real letters, a line end; invisible characters, and `##[`, which a runner obeys inside any line, are
    written escaped."""
    text = json.dumps(document, indent=2, ensure_ascii=False).replace("##[", "#\\u0023[")
    return _INVISIBLE.sub(lambda found: json.dumps(found.group())[1:-1], text) + "\n"
