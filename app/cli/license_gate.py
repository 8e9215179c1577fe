"""Whether GitHub's own license compliance gate is active on the branch that a workflow judges for."""

import json
import urllib.parse

from app.cli.remote import get
from app.settings import CommandEnvironment
from checks.model.errors import SourceError, UsageError

#: The type of the ruleset's rule; the answer has active rules only, not those that are evaluated.
_RULE = "license_compliance_scanning"
_OPTION = "--github-license-gate: "


def license_gate(wish: str | None, environment: CommandEnvironment) -> bool | None:
    """Whether it is active; None where nobody can tell. `wish`: None, `report-once` or `both`.

    Without a wish trouble is none: licenses are judged here. Raises UsageError or SourceError where it was asked for.
    """
    if wish == "both":
        return False
    workflow = environment.workflow
    name = workflow.repository.name if workflow else None
    branch = (workflow.branch or workflow.repository.default_branch) if workflow else None
    if not (environment.token and name and branch):
        if wish is None:
            return None
        needed = "GITHUB_TOKEN" if not environment.token else "a workflow that tells the repository and its branch"
        raise UsageError(f"{_OPTION}report-once needs {needed}", hint="In the Action: the input token.")
    try:
        return _active(name, branch, environment)
    except SourceError:
        if wish is None:
            return None
        raise


def _active(name: str, branch: str, environment: CommandEnvironment) -> bool:
    path = "/".join(urllib.parse.quote(part, safe="") for part in name.split("/"))
    where = f"/repos/{path}/rules/branches/{urllib.parse.quote(branch, safe='')}?per_page=100"
    try:
        rules = json.loads(get(where, _OPTION, f"the rules of {branch}", environment, "application/vnd.github+json"))
    except ValueError:
        raise SourceError(f"{_OPTION}GitHub's answer about the rules of {branch} is no JSON") from None
    return isinstance(rules, list) and any(isinstance(rule, dict) and rule.get("type") == _RULE for rule in rules)
