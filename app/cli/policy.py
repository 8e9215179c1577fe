"""`ospo-gate policy validate | explain | schema`."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from app.cli.policy_named import policies_at, shown_name
from app.policies import SHAPES
from app.settings import command_environment
from checks.model.errors import PolicyError, PolicyIssue
from checks.model.phrase import visible
from checks.policy.files import DECISIONS
from checks.policy.layers import PolicySet

_INVALID = 2
#: What JSON has of an issue, besides its file.
_PRINTED = ("line", "column", "key", "message", "hint")


def validate(options: argparse.Namespace) -> int:
    """Say whether the policy is valid; warnings do not make it invalid."""
    from checks.policy.advice import advice

    name = shown_name(options.file)
    try:
        policies = policies_at(options.file, command_environment())
    except PolicyError as error:
        return _report(options, name, None, error.issues, ())
    name = policies.files.name
    if policies.text_faults:
        return _report(options, name, policies, policies.text_faults, ())
    return _report(options, name, policies, (), advice(policies.plain, SHAPES, datetime.now(UTC)))


def schema(_options: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    import json

    from checks.policy.json_schema import json_schema

    print(json.dumps(json_schema(SHAPES), indent=2, ensure_ascii=False))
    return 0


def _report(
    options: argparse.Namespace,
    name: str,
    policies: PolicySet | None,
    errors: Sequence[PolicyIssue],
    warnings: Sequence[PolicyIssue],
) -> int:
    if options.format == "json":
        _print_json(name, policies, errors, warnings)
    elif errors or policies is None:
        _print_errors(name, errors, judges=policies is not None)
    else:
        _print_valid(name, policies, warnings)
    return _INVALID if errors else 0


def _print_valid(name: str, policies: PolicySet, warnings: Sequence[PolicyIssue]) -> None:
    policy, files = policies.plain, policies.files
    parts = ["valid", f"mode {policy.mode}", "checks: " + ", ".join(policy.sections)]
    parts.append(_count(len(policy.root.waivers), "waiver"))
    if policies.overrides:
        parts.append(_count(len(policies.overrides), "override"))
    if files.decisions:
        parts.append(_count(len(files.decisions), "decision") + f" in {DECISIONS}/")
    if files.others:
        parts.append("with " + ", ".join(visible(str(ref)) for ref in files.others))
    if warnings:
        parts.append(_count(len(warnings), "warning"))
    print(f"{name}: " + " · ".join(parts))
    for issue in warnings:
        print(f"{_file(name, issue)}:{issue.line}:{issue.column}: warning: {_text(issue)}")


def _print_errors(name: str, errors: Sequence[PolicyIssue], judges: bool) -> None:
    for issue in errors:
        print(f"{_file(name, issue)}:{issue.line}:{issue.column}: {_text(issue)}", file=sys.stderr)
    then = "It judges, but nobody can sign those texts." if judges else "Nothing is judged by it."
    print(f"\n{name}: not valid · {_count(len(errors), 'error')}. {then}", file=sys.stderr)


def _file(name: str, issue: PolicyIssue) -> str:
    """The file of an issue as a path that can be opened; `name` is the main file as it was given."""
    if not issue.file:
        return name
    elsewhere = "@" in issue.file or issue.file.startswith("template:")
    outside = os.path.isabs(name) or os.path.normpath(name).startswith("..")
    return os.path.join(os.path.dirname(name), issue.file) if outside and not elsewhere else issue.file


def _text(issue: PolicyIssue) -> str:
    key = f"{issue.key}: " if issue.key else ""
    below = "\n".join(filter(None, (issue.excerpt, issue.hint)))
    return "\n    ".join((key + issue.message, *below.splitlines()))


def _print_json(
    name: str, policies: PolicySet | None, errors: Sequence[PolicyIssue], warnings: Sequence[PolicyIssue]
) -> None:
    import json

    found = {
        what: [{**{key: getattr(issue, key) for key in _PRINTED}, "file": _file(name, issue)} for issue in issues]
        for what, issues in (("errors", errors), ("warnings", warnings))
    }
    read = {} if policies is None else {"read": _read(policies)}
    print(json.dumps({"file": name, "valid": not errors, **found, **read}, indent=2))


def _read(policies: PolicySet) -> dict[str, object]:
    """What the policy is made of."""
    return {
        "waivers": len(policies.plain.root.waivers),
        "overrides": len(policies.overrides),
        "decisions": sorted(policies.files.decisions),
        "others": [str(ref) for ref in policies.files.others],
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
