"""`ospo-gate policy test`: do the policy's examples come out as the people expect who wrote them?"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli.output import say
from app.cli.policy_given import policy_given
from app.policies import PATH
from checks.model.errors import PolicyError, UsageError
from checks.policy.document import MAX_CHARACTERS
from checks.policy.files import EXAMPLES
from checks.policy_tests.run import Difference, Examples, Result, read, results
from checks.rules import CHECKS

#: UTF-8 needs at most four bytes a character.
_MAX_BYTES = 4 * MAX_CHARACTERS


def run(options: argparse.Namespace) -> int:
    """0 all are as expected · 1 some are not. Raises `PolicyError` and `UsageError`, which are 2."""
    policies = policy_given(options.policy)
    if policies is None:
        raise UsageError(f"there is no policy {options.policy}", hint="Name a file, a folder, or REVISION:PATH.")
    files = [Path(name) for name in options.tests] or _beside(Path(options.policy))
    examples = [_examples(file, policies.rules) for file in files]
    found = [result for item in examples for result in results(policies, item, options.only)]
    if not found:
        hint = f"There are {sum(len(item.root.tests) for item in examples):,} examples in {len(examples):,} files."
        raise UsageError("no example was judged", hint=hint)
    say(_RENDERERS[options.format](found))
    return 0 if all(result.passed for result in found) else 1


def _beside(policy: Path) -> list[Path]:
    folder = policy if policy.is_dir() else policy.parent
    if policy.is_file() and policy.name != PATH:
        own = folder / f"{policy.stem}.test.yaml"
        files = [own] if own.is_file() else []
    else:
        files = sorted(path for pattern in EXAMPLES for path in folder.glob(pattern) if path.is_file())
    if not files:
        hint = f"Write {folder / 'policy.test.yaml'}, or name the files behind the policy: docs/custom-rules.md"
        raise UsageError(f"there are no examples beside {policy}", hint=hint)
    return files


def _examples(file: Path, rules: Sequence[str]) -> Examples:
    try:
        return read(_data(file), str(file), rules, CHECKS.ids)
    except PolicyError as error:
        error.hint = "Correct the examples: docs/custom-rules.md says what they may have."
        raise


def _data(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{file} has more than {_MAX_BYTES:,} bytes")
    return data


def _text(found: Sequence[Result]) -> str:
    lines = [line for result in found for line in _lines(result)]
    failed = sum(not result.passed for result in found)
    passed = len(found) - failed
    lines += ["", f"{passed:,} as expected" + (f" · {failed:,} not" if failed else "")]
    return "\n".join(lines) + "\n"


def _lines(result: Result) -> list[str]:
    mark = "✓" if _unicode() else "ok"
    if result.passed:
        return [f"{mark} {_name(result)}"]
    mark = "✗" if _unicode() else "NOT"
    return [f"{mark} {_name(result)}", *(line for item in result.differences for line in _difference(result, item))]


def _difference(result: Result, item: Difference) -> list[str]:
    return [
        f"    {result.file}:{item.line}: {item.kind}",
        f"      expected  {item.expected}",
        f"      actual    {item.actual}",
    ]


def _name(result: Result) -> str:
    from checks.model.phrase import visible

    return visible(result.name)


def _unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _json(found: Sequence[Result]) -> str:
    tests: list[dict[str, Any]] = [
        {
            "name": result.name,
            "file": result.file,
            "line": result.line,
            "passed": result.passed,
            "differences": [item._asdict() for item in result.differences],
        }
        for result in found
    ]
    failed = sum(not result.passed for result in found)
    return json.dumps({"passed": len(found) - failed, "failed": failed, "tests": tests}, indent=2) + "\n"


_RENDERERS = {"text": _text, "json": _json}
