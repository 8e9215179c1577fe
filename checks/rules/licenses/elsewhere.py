"""GitHub's own license compliance gate: where it is active, the same license is not reported twice."""

from checks.model.facts import RepositoryFacts
from checks.model.phrase import Phrase, say
from checks.rules.licenses.section import GithubGate, LicensesSection

#: The value of a custom property by which GitHub proposes to stage its roll-out.
_ACTIVE = "active"


def judged_by_github(repository: RepositoryFacts, section: LicensesSection) -> bool:
    """Whether GitHub's gate judges the licenses of this change, and the policy leaves them to it."""
    if section.github_gate is GithubGate.BOTH:
        return False
    if repository.license_gate is not None:
        return repository.license_gate
    name = section.github_gate_property
    return name is not None and repository.properties.get(name, "").lower() == _ACTIVE


def not_judged_here() -> Phrase:
    """What the outcome of the check says."""
    return say(
        "which licenses are allowed: GitHub's own license gate is active, and licenses.github_gate is report-once"
    )
