"""Addresses of registries and repositories in a policy: a host and perhaps the beginning of a path."""

import re
from typing import ClassVar, Self

from checks.policy.values import MAX_LENGTH, Pattern, Word

_FORM = re.compile(r"(?:([a-z]+)://)?(\[[0-9A-Fa-f:.]+\]|[^/?#@\\\s:\[\]\0-\x20]+)(:\d{1,5})?(/[^?#\\\s]*)?")
_DEFAULT_PORTS = {"https": ":443", "http": ":80", "ssh": ":22"}


class AddressPattern(Word):
    """`https://registry.example/npm` or `github.com/example/*`: that address and everything below it."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": r"^([a-z]+://)?[^/?#@\\\s]+(/[^?#\\\s]*)?$",
        "maxLength": MAX_LENGTH,
        "examples": ["https://registry.example/npm", "github.com/example/*"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _FORM.fullmatch(text) if len(text) <= MAX_LENGTH else None
        if found is None:
            raise ValueError("expected an address such as 'https://registry.example/npm' or 'github.com/example/*'")
        if not found[2].strip("*."):
            raise ValueError("this is every address: leave the key out")
        return cls(text)

    @property
    def host(self) -> str:
        """With its port, unless it is the scheme's own."""
        scheme, host, port = self._parts[:3]
        return host if port == _DEFAULT_PORTS.get(scheme) else host + port

    @property
    def path(self) -> str:
        """Without its last slash; it begins with one or is empty."""
        return self._parts[3].rstrip("/")

    @property
    def _parts(self) -> tuple[str, ...]:
        found = _FORM.fullmatch(self)
        assert found is not None
        return found.groups("")

    def matches(self, host: str, path: str) -> bool:
        """Whether an address is this one or below it. `*` in the host never reaches into the path."""
        if not host or not Pattern(self.host).matches(host):
            return False
        return not self.path or Pattern(self.path).matches(path) or Pattern(f"{self.path}/*").matches(path)
