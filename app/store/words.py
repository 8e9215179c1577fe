"""Foreign texts for columns that both databases can hold, and digests of what is too long for an index."""

import hashlib
import json

#: Of a name that is looked for (characters); what comes after is not compared.
NAME = 200


def kept(text: str) -> str:
    """ASCII without NUL and halves of surrogate pairs, which PostgreSQL and UTF-8 refuse; plain words stay as they
    are."""
    return json.dumps(text)[1:-1]


def given(text: str) -> str:
    """What `kept` was given."""
    return text if "\\" not in text else str(json.loads(f'"{text}"'))


def given_or_none(text: str | None) -> str | None:
    return None if text is None else given(text)


def folded(text: str) -> str:
    """As it is looked for: in any case."""
    return kept(text.lower())[:NAME]


def digest(*parts: object) -> str:
    """32 hexadecimal digits; None is not the empty text."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()
