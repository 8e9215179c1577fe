"""What must not leave through a log, an error or a message: secrets by their shape, and those of the settings."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

#: What a secret is replaced by.
REDACTED = "[redacted]"
#: A known secret that is shorter could be a word of ordinary text.
SHORTEST = 8
#: By shape: GitHub's tokens of any length (`ghs_APPID_JWT` is the form since 2026), JWTs, PEM blocks also where their
#: line breaks are escaped or their end is missing, and what an HTTP header or an address signs in with.
_SHAPES = re.compile(
    r"(?:gh[pousr]|github_pat)_[A-Za-z0-9._-]{4,}"
    r"|\beyJ[\w-]{8,2000}+\.[\w-]{4,}(?:\.[\w-]*)?"  # bounded: a text may begin one everywhere and end it nowhere
    r"|-----BEGIN [A-Z0-9 ]+-----(?:(?!-----END)[A-Za-z0-9+/=\s\\:,.-])*(?:-----END [A-Z0-9 ]+-----)?"
    r"|(?i:(?<=\bbearer )|(?<=\bbasic )|(?<=\btoken ))[A-Za-z0-9._~+/=-]{12,}"
    r"|(?<=://)[^\s/@:\"']*:[^\s/@\"']+(?=@)"
)


class Redaction:
    """Replaces secrets in text: those that look like one, and the `known` ones however they are escaped."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        forms = {form for secret in known for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        return _SHAPES.sub(REDACTED, text)

    def deep(self, value: object) -> object:
        """A value of a log entry, with everything in it: what is no JSON becomes text here, where it is still seen."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, bytes | bytearray):
            return self(value.decode("utf-8", "replace"))
        if isinstance(value, dict):
            return {self(str(name)): self.deep(item) for name, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.deep(item) for item in value]
        return self(repr(value))


#: For those who know no settings.
redacted = Redaction()


def _forms(secret: str) -> Iterable[str]:
    """A secret as it is, in a URL, in a Python literal; of several lines, each that is long."""
    for part in (secret, *secret.split("\n"), *secret.split("\\n")):
        if len(part.strip()) >= SHORTEST:
            yield from {part.strip(), quote(part, safe=""), quote_plus(part), repr(part)[1:-1]}
