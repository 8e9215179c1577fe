"""Rules of a branch: which checks it requires, from which App, and what a commit still lacks of them."""

from typing import TYPE_CHECKING

from . import checks
from .world import Json

if TYPE_CHECKING:
    from .apps import App
    from .repository import Repository

PASSING = ("success", "neutral", "skipped")
RESPONSE_TIMEOUT_MINUTES = 60  # what a merge queue waits for its checks, unless its rule says otherwise


class Blocked(RuntimeError):
    """The rules of the base branch refuse a merge; the words are GitHub's."""


def add_rule(repository: "Repository", branch: str, kind: str, parameters: Json) -> None:
    """A rule as `GET /repos/{owner}/{repo}/rules/branches/{branch}` shows it."""
    rules = repository.rules.setdefault(branch, [])
    source = {"ruleset_source_type": "Repository", "ruleset_source": repository.full_name}
    number = repository.id * 1_000 + sum(map(len, repository.rules.values()))
    rules.append({"type": kind, **source, "ruleset_id": number, "parameters": parameters})


def rulesets(repository: "Repository") -> list[Json]:
    """The rulesets that apply to a repository, with their rules: the active ones, and those that are set to wait."""
    active: dict[int, Json] = {}
    for branch, rules in repository.rules.items():
        for rule in rules:
            found = active.setdefault(rule["ruleset_id"], _ruleset(repository, branch, rule))
            found["rules"].append({"type": rule["type"], "parameters": rule.get("parameters")})
    return [*active.values(), *repository.waiting_rulesets]


def _ruleset(repository: "Repository", branch: str, rule: Json) -> Json:
    number, source, kind = rule["ruleset_id"], rule["ruleset_source"], rule["ruleset_source_type"]
    owner = f"organizations/{source}/settings" if kind == "Organization" else source
    page = f"{repository.world.html_url}/{owner}/rules/{number}"
    return {
        "id": number, "name": f"{rule['type']} on {branch}", "target": "branch", "source_type": kind,
        "source": source, "enforcement": "active", "rules": [], "_links": {"html": {"href": page}},
        "conditions": {"ref_name": {"include": [f"refs/heads/{branch}"], "exclude": []}},
    }  # fmt: skip


def branch_json(repository: "Repository", branch: str, sha: str) -> Json:
    """A branch in a list, with its classic protection."""
    url = f"{repository.world.api_url}/repos/{repository.full_name}"
    classic = repository.protections.get(branch)
    required = classic or {"enforcement_level": "off", "contexts": [], "checks": []}
    return {
        "name": branch, "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
        "protected": bool(classic or repository.rules.get(branch)),
        "protection": {"enabled": classic is not None, "required_status_checks": required},
        "protection_url": f"{url}/branches/{branch}/protection",
    }  # fmt: skip


def required_checks(contexts: tuple[str, ...], app: "App | None") -> Json:
    """Parameters of a `required_status_checks` rule; with an App nobody else can fulfil it."""
    integration = {"integration_id": app.id} if app else {}
    return {
        "strict_required_status_checks_policy": False,
        "do_not_enforce_on_create": False,
        "required_status_checks": [{"context": context, **integration} for context in contexts],
    }


def merge_queue(timeout_minutes: int, method: str) -> Json:
    """Parameters of a `merge_queue` rule."""
    return {
        "check_response_timeout_minutes": timeout_minutes,
        "grouping_strategy": "ALLGREEN",
        "max_entries_to_build": 5,
        "max_entries_to_merge": 5,
        "merge_method": method,
        "min_entries_to_merge": 1,
        "min_entries_to_merge_wait_minutes": 5,
    }


def queue_parameters(repository: "Repository", branch: str) -> Json | None:
    """Of the branch's merge queue; None when there is none."""
    rules = repository.rules.get(branch, [])
    return next((rule.get("parameters") or {} for rule in rules if rule["type"] == "merge_queue"), None)


def lacking(repository: "Repository", branch: str, sha: str) -> dict[str, str]:
    """Required checks of a branch that this commit does not pass: the name → `expected`, `pending` or `failing`."""
    found = {}
    for rule in repository.rules.get(branch, []):
        if rule["type"] == "required_status_checks":
            for wanted in rule["parameters"]["required_status_checks"]:
                state = _state(repository, sha, wanted["context"], wanted.get("integration_id"))
                if state != "passing":
                    found[wanted["context"]] = state
    return found


def refusal(repository: "Repository", branch: str, sha: str) -> str | None:
    """Why a merge of this head by hand is refused, None when it is not."""
    missing = lacking(repository, branch, sha)
    if missing:
        name, state = next(iter(missing.items()))
        if len(missing) > 1:
            return f"{len(missing)} of the required status checks have not succeeded: {', '.join(missing)}."
        return f'Required status check "{name}" is {state}.'
    if queue_parameters(repository, branch) is not None:
        return "Changes must be made through the merge queue"
    return None


def _state(repository: "Repository", sha: str, context: str, integration: int | None) -> str:
    """Of the newest run with this name, by the App that the rule names if it names one."""
    suites = checks.suites_of(repository.world, repository, sha)
    runs = [run for suite in suites if integration in (None, suite.app.id) for run in suite.latest()]
    named = [run for run in runs if run.name == context]
    if not named:
        return "expected"
    newest = max(named, key=lambda run: run.id)
    if newest.status != "completed":
        return "pending"
    return "passing" if newest.conclusion in PASSING else "failing"
