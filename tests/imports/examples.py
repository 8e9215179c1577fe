"""One helper for the tests of imports: a foreign file, the policy that it becomes, and what is said about it."""

from dataclasses import dataclass
from datetime import date
from textwrap import dedent

from app.policies import load_policy
from checks.imports.draft import Terms
from checks.imports.kinds import import_policy
from checks.model.phrase import plain
from checks.policy.schema import Policy

TODAY = date(2026, 11, 20)
TERMS = Terms(TODAY, approved_by="@example/security")


@dataclass(frozen=True)
class Import:
    """A file that was imported."""

    text: str
    policy: Policy
    rows: dict[str, tuple[int, str, str]]
    """By setting: its line, what it becomes (empty: not taken over) and what is different."""

    @property
    def left(self) -> list[str]:
        return [setting for setting, (_, becomes, _) in self.rows.items() if not becomes]

    def section(self, name: str) -> "object":
        return self.policy.sections[name]


def imported(file: str, text: str, kind: str | None = None, terms: Terms = TERMS) -> Import:
    """What becomes of the file; the real loader must take it."""
    done = import_policy(dedent(text).lstrip("\n"), file, terms, kind)
    policy = load_policy(done.policy.encode(), "policy.yaml")
    rows = {item.setting: (item.line, item.becomes, plain(item.why)) for item in done.differences}
    return Import(done.policy, policy, rows)
