"""`extends:` of a policy: what lies below it, and which files that takes."""

import posixpath
import re
from typing import ClassVar, Self

from checks.policy.files import PolicyRef, beside_main
from checks.policy.values import Word

#: How many files may stand on each other, and how many there may be in all.
MAX_DEPTH = 5
MAX_FILES = 20
_TEMPLATE = r"template:([a-z0-9][a-z0-9-]{0,60})\Z"
_REMOTE = r"([A-Za-z0-9-]{1,100}/[A-Za-z0-9._-]{1,100})/([^@\s\\\0]{1,300})@([^@\s]{1,200})\Z"
_COMMIT = r"([0-9a-fA-F]{40}|[0-9a-fA-F]{64})\Z"
_PATH = r"[^@:\s\\\0/][^@:\\\0\r\n]{0,300}\.ya?ml\Z"


class Extended(Word):
    """What a policy stands on: a template, a file beside it, or a file of another repository at a fixed commit."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "examples": ["template:starter", "enterprise.yaml", f"example/policy/policy.yaml@{'0' * 40}"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        remote = re.match(_REMOTE, text)
        if remote and not re.match(_COMMIT, remote[3]):
            raise ValueError(
                f"'{remote[3][:60]}' is no full commit id: a branch or a tag can come to mean another policy; "
                "pin it to a commit of 40 digits"
            )
        if not (re.match(_TEMPLATE, text) or remote or re.match(_PATH, text)):
            raise ValueError("expected 'template:NAME', a path such as 'enterprise.yaml', or 'owner/repo/path@COMMIT'")
        return cls(text)

    @property
    def template(self) -> str | None:
        found = re.match(_TEMPLATE, self)
        return found[1] if found else None

    def ref(self, within: PolicyRef) -> PolicyRef | None:
        """The file that it names in the file `within`; None if it leads out of the repository."""
        remote = re.match(_REMOTE, self)
        path = remote[2] if remote else beside_main(within.path, self)
        path = posixpath.normpath(path)
        if path.startswith(("/", "../")) or path == "..":
            return None
        return PolicyRef(path, remote[1], remote[3].lower()) if remote else within._replace(path=path)
