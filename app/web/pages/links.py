"""Where things of a report are to be seen on GitHub. Addresses are built from names that were checked, never taken."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from checks.model.phrase import visible
from checks.render.presentation import repository_path

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+\Z", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")
_CENTRAL = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)/(?P<path>[^@]+)@(?P<ref>[\w./-]+)\Z", re.ASCII)
_OWN_POLICY = "policy.yaml"


@dataclass(frozen=True, slots=True)
class Linked:
    """Words, and where they lead if anywhere."""

    text: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one report."""

    server_url: str
    repository: str
    """`owner/name`."""
    head: str
    policy_source: str
    policy_revision: str | None
    central_policy: bool
    """Whether a policy in another repository may be linked: not on a public page, whose readers may not see it."""

    def place(self, path: str, line: int | None) -> Linked:
        """A file at the head."""
        text = f"{visible(path)}, line {line}" if line else visible(path)
        return Linked(text, self._blob(self.repository, self.head, path, line))

    def commit(self, sha: str) -> Linked:
        whole = bool(_COMMIT.match(sha) and _REPOSITORY.match(self.repository))
        return Linked(sha[:7], f"{self.server_url}/{self.repository}/commit/{sha}" if whole else None)

    def pull(self, number: int) -> str | None:
        return f"{self.server_url}/{self.repository}/pull/{number}" if _REPOSITORY.match(self.repository) else None

    def policy(self, line: int | None = None) -> Linked:
        """The policy at the revision that judged, and the line in it that decided."""
        text = f"{visible(self.policy_source)}, line {line}" if line else visible(self.policy_source)
        revision = self.policy_revision or ""
        if self.policy_source == _OWN_POLICY:
            return Linked(text, self._blob(self.repository, revision, _OWN_POLICY, line))
        central = _CENTRAL.match(self.policy_source)
        if central is None or not self.central_policy:
            return Linked(text)
        return Linked(text, self._blob(central["repository"], revision or central["ref"], central["path"], line))

    def _blob(self, repository: str, revision: str, path: str, line: int | None) -> str | None:
        inside = repository_path(path)
        if inside is None or not revision or not _REPOSITORY.match(repository):
            return None
        at = f"#L{line}" if line else ""
        revision = quote(revision, safe="/")
        return f"{self.server_url}/{repository}/blob/{revision}/{quote(inside, errors='replace')}{at}"
