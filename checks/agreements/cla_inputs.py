"""The inputs of contributor-assistant/github-action: where its file is, and the policy that they are."""

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from checks.agreements.cla_action import version_of
from checks.agreements.terms import DCO_PHRASE

#: Where the action keeps its file unless it is told otherwise.
PATH, BRANCH = "signatures/cla.json", "master"
#: Inputs that have no effect here, and why.
NOT_NEEDED = MappingProxyType(
    {
        "signed-empty-commit-message": "no empty commit is made: the failed run is run again",
        "lock-pullrequest-aftermerge": "nothing is locked: the record keeps the comment's address, and an edit of the "
        "comment changes nothing",
    }
)
#: All that are known, in the order of its documentation.
NAMES = (
    *("path-to-signatures", "branch", "remote-organization-name", "remote-repository-name", "path-to-document"),
    *("allowlist", "signed-commit-message", "signed-empty-commit-message", "create-file-commit-message"),
    *("custom-notsigned-prcomment", "custom-pr-sign-comment", "custom-allsigned-prcomment", "use-dco-flag"),
    *("lock-pullrequest-aftermerge", "suggest-recheck"),
)
#: Those that become the policy: where there is another one they do not count.
POLICY = ("path-to-document", "allowlist", "custom-pr-sign-comment", "use-dco-flag")


@dataclass(frozen=True, slots=True)
class ClaInputs:
    """What the inputs say."""

    given: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.given.get(name, "").strip()

    @property
    def path(self) -> str:
        """Of the file, in its repository."""
        return posixpath.normpath(self.text("path-to-signatures") or PATH).lstrip("/")

    @property
    def branch(self) -> str:
        return self.text("branch") or BRANCH

    def repository(self, here: str) -> str:
        """`owner/name` of the repository that has the file. Each half may be left out."""
        owner, _, name = here.partition("/")
        return f"{self.text('remote-organization-name') or owner}/{self.text('remote-repository-name') or name}"

    @property
    def says_policy(self) -> tuple[str, ...]:
        return tuple(name for name in POLICY if self.text(name))

    @property
    def unneeded(self) -> Mapping[str, str]:
        """Inputs that are given and have no effect, with the reason. Where one says what happens anyway, it is none."""
        return {name: why for name, why in NOT_NEEDED.items() if self.text(name) not in ("", "false")}

    @property
    def dco(self) -> bool:
        return self.text("use-dco-flag").lower() == "true"

    @property
    def document(self) -> str | None:
        """Where people read it."""
        return self.text("path-to-document") or None

    def message(self, name: str, default: str, person: str, pull: int, repository: str) -> str:
        """A commit message of `name` with its placeholders filled in."""
        owner, _, short = repository.partition("/")
        filled = {"$contributorName": person, "$pullRequestNo": str(pull), "$owner": owner, "$repo": short}
        text = self.text(name) or default
        for placeholder, value in filled.items():
            text = text.replace(placeholder, value)
        return text

    def policy(self) -> bytes:
        """The policy that they are: YAML, and JSON as well."""
        name = "DCO" if self.dco else "CLA"
        file = posixpath.basename(urlsplit(self.text("path-to-document")).path) or f"{name.lower()}.md"
        document = {"name": name, "version": version_of(self.path) or "1", "text": file}
        if phrase := self.text("custom-pr-sign-comment"):
            document["phrase"] = phrase
        elif self.dco:
            document["phrase"] = DCO_PHRASE
        allowed = [item.strip() for item in self.text("allowlist").split(",") if item.strip()]
        agreements = {"documents": [document], "exempt": {"logins": allowed}}
        return json.dumps({"version": 1, "agreements": agreements}, indent=1).encode()
