"""Credentials inside addresses: a manifest may carry them, and nothing that we keep or show may."""

import re

#: Stands where a secret stood. No address can hold it by itself: they are ASCII (RFC 3986).
MASK = "•••"

#: What comes before the `@` of an authority, up to its last `@`: people forget to encode one in a password.
_USERINFO = re.compile(r"(://)([^/?#\s\"'<>]*)@")
#: The same where a message was cut inside a long password.
_CUT = re.compile(r"(://[^/?#\s@:]*:)[^/?#\s@]{12,}(?=…)")
_PARAMETER = re.compile(
    r"([?&](?:[a-z_-]*token|auth|api_?key|password|passwd|secret|sig|(?:x-amz-)?signature|x-amz-credential)=)"
    r"([^&#\s\"'<>]+)",
    re.IGNORECASE,
)
#: Beginnings that only tokens have, and text that is too long and too mixed for a login.
_TOKEN = re.compile(
    r"(?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-|eyJ|xox[a-z]-|AKIA)\S|(?=\S*[0-9])(?=\S*[A-Za-z])[A-Za-z0-9_-]{20,}\Z"
)
#: A variable, a gap to fill in, or what a tool has masked already.
_PLACEHOLDER = re.compile(r"\$.+|%\w+%|\{.*\}|<.*>|\*+|x+|X+|•+")


def masked(text: str) -> str:
    """`text` with every secret of the addresses in it replaced by `MASK`.

    >>> masked("https://ada:s3cret@registry.example/simple"), masked("git+ssh://git@example.com/a.git")
    ('https://•••@registry.example/simple', 'git+ssh://git@example.com/a.git')
    """
    if "://" not in text:
        return text
    if "@" in text:
        text = _USERINFO.sub(lambda found: f"{found[1]}{_user(found[2])}@", text)
    if "=" in text:
        text = _PARAMETER.sub(lambda found: found[1] + _hidden(found[2]), text)
    return _CUT.sub(rf"\1{MASK}", text) if "…" in text else text


def _user(userinfo: str) -> str:
    """A login alone stays, unless it is a token; with a password nothing does."""
    login, _, password = userinfo.partition(":")
    return MASK if _TOKEN.match(login) or _hidden(password) == MASK else userinfo


def _hidden(value: str) -> str:
    return value if not value or _PLACEHOLDER.fullmatch(value) else MASK
