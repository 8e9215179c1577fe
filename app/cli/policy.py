"""`ospo-gate policy init | validate | explain | schema`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.policies import SHAPES, load_policy
from checks.model.errors import PolicyError, PolicyIssue, UsageError
from checks.policy.document import MAX_CHARACTERS
from checks.policy.schema import Policy

#: UTF-8 needs at most four bytes a character; what is longer is refused without being read to its end.
_MAX_BYTES = 4 * MAX_CHARACTERS + 1
_INVALID = 2


def init(options: argparse.Namespace) -> int:
    """Write a first policy; an existing file is never touched."""
    from checks.policy.starter import STARTER

    path = Path(options.file)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(STARTER)
    except FileExistsError:
        raise UsageError(f"{path} exists already", hint=f"Check it with: ospo-gate policy validate {path}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    print(f"Wrote {path}. It only evaluates: see what it says with `ospo-gate check`, then set `mode: enforce`.")
    return 0


def validate(options: argparse.Namespace) -> int:
    """Say whether the policy is valid; warnings do not make it invalid."""
    from checks.policy.advice import advice

    name = _name(options.file)
    try:
        policy = load_policy(_read(options.file), name)
    except PolicyError as error:
        return _report(options, name, None, error.issues, ())
    return _report(options, name, policy, (), advice(policy, SHAPES, datetime.now(UTC)))


def explain(options: argparse.Namespace) -> int:
    """Print every effective value and where it comes from."""
    from checks.policy.explain import explanation

    name = _name(options.file)
    for line in explanation(load_policy(_read(options.file), name), SHAPES, name):
        print(line)
    return 0


def schema(_options: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    import json

    from checks.policy.json_schema import json_schema

    print(json.dumps(json_schema(SHAPES), indent=2, ensure_ascii=False))
    return 0


def _report(
    options: argparse.Namespace,
    name: str,
    policy: Policy | None,
    errors: Sequence[PolicyIssue],
    warnings: Sequence[PolicyIssue],
) -> int:
    if options.format == "json":
        _print_json(name, errors, warnings)
    elif policy is None:
        _print_errors(name, errors)
    else:
        _print_valid(name, policy, warnings)
    return _INVALID if errors else 0


def _print_valid(name: str, policy: Policy, warnings: Sequence[PolicyIssue]) -> None:
    waivers = len(policy.root.waivers)
    parts = ["valid", f"mode {policy.mode}", "checks: " + ", ".join(policy.sections), _count(waivers, "waiver")]
    if warnings:
        parts.append(_count(len(warnings), "warning"))
    print(f"{name}: " + " · ".join(parts))
    for issue in warnings:
        print(f"{name}:{issue.line}:{issue.column}: warning: {_text(issue)}")


def _print_errors(name: str, errors: Sequence[PolicyIssue]) -> None:
    for issue in errors:
        print(f"{name}:{issue.line}:{issue.column}: {_text(issue)}", file=sys.stderr)
    print(f"\n{name}: not valid · {_count(len(errors), 'error')}. Nothing is judged by it.", file=sys.stderr)


def _text(issue: PolicyIssue) -> str:
    key = f"{issue.key}: " if issue.key else ""
    return key + issue.message + (f"\n    {issue.hint}" if issue.hint else "")


def _print_json(name: str, errors: Sequence[PolicyIssue], warnings: Sequence[PolicyIssue]) -> None:
    import json

    found = {
        what: [{**issue._asdict(), "file": issue.file or name} for issue in issues]
        for what, issues in (("errors", errors), ("warnings", warnings))
    }
    print(json.dumps({"file": name, "valid": not errors, **found}, indent=2))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _name(file: str) -> str:
    return "<stdin>" if file == "-" else file


def _read(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`; no more of them than a policy may have."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(_MAX_BYTES)
        with Path(name).open("rb") as file:
            return file.read(_MAX_BYTES)
    except FileNotFoundError:
        hint = "Write a first one with: ospo-gate policy init"
        raise UsageError(f"there is no such file: {name}", hint=hint) from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
