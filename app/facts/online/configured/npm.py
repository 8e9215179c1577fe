""".npmrc: the default registry, those of scopes, and logins by the address that they belong to."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from app.facts.online.configured.registry import Configured, Registry, basic, registry
from checks.policy.values import PackagePattern

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(\?|-[^}]*)?\}")


def read_npmrc(texts: list[str], variables: Mapping[str, str]) -> Configured:
    """What the files say together; of two that say something the first counts, and variables before files."""
    entries: dict[str, str] = {}
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        if variables.get(name):
            entries.setdefault("registry", variables[name])
    for text in texts:
        for key, value in _entries(text, variables):
            entries.setdefault(key, value)
    found: list[Registry] = []
    private = []
    for key, value in entries.items():
        scope = key.removesuffix(":registry") if key.startswith("@") and key.endswith(":registry") else None
        if scope or key == "registry":
            found.extend(registry("npm", value, scope, _login(value, entries)))
        if scope and re.fullmatch(r"@[A-Za-z0-9._~-]{1,200}", scope):
            private.append(PackagePattern.parse(f"pkg:npm/{scope}/*"))
    return Configured(tuple(found), tuple(private))


def _entries(text: str, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if not equals or line.lstrip()[:1] in ("#", ";"):
            continue
        value = _filled(value.strip().strip("\"'"), variables)
        if value and "${" not in value:  # npm leaves what it cannot fill; it is no address and no secret
            yield _filled(key.strip(), variables), value


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """`${NAME}`, `${NAME?}` (empty if it is not set) and `${NAME-default}`."""

    def value(match: re.Match[str]) -> str:
        name, rest = match[1], match[2]
        if name in variables or rest is None:
            return variables.get(name, match[0])
        return rest[1:]

    return _VARIABLE.sub(value, text)


def _login(url: str, entries: Mapping[str, str]) -> str | None:
    """The login for an address: npm writes it under the address without its scheme, or under one above it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    while True:
        place = f"//{parts.netloc}{path}/"
        if token := entries.get(f"{place}:_authToken"):
            return f"Bearer {token}"
        if encoded := entries.get(f"{place}:_auth"):
            return f"Basic {encoded}"
        user, password = entries.get(f"{place}:username"), entries.get(f"{place}:_password")
        if user and password:
            try:
                return basic(user, base64.b64decode(password, validate=True).decode())
            except (binascii.Error, UnicodeDecodeError):
                return None
        if not path:
            return None
        path = path.rpartition("/")[0]
