"""`ospo-gate policy init | validate | explain | schema`."""

import argparse
from pathlib import Path

from app.policies import SHAPES, load_policy
from checks.model.errors import UsageError
from checks.policy.schema import Policy
from checks.policy.starter import STARTER


def init(options: argparse.Namespace) -> int:
    path = Path(options.file)
    if path.exists():
        raise UsageError(f"{path} exists already", hint=f"Check it with: ospo-gate policy validate {path}")
    path.write_text(STARTER, encoding="utf-8")
    print(f"Wrote {path}. It only evaluates: see what it says with `ospo-gate check`, then set `mode: enforce`.")
    return 0


def validate(options: argparse.Namespace) -> int:
    policy = _load(options.file)
    checks = ", ".join(policy.sections)
    waivers = len(policy.root.waivers)
    print(f"{options.file}: valid · mode {policy.mode} · checks: {checks} · {waivers} waiver{'s' if waivers != 1 else ''}")
    return 0


def explain(options: argparse.Namespace) -> int:
    from checks.policy.explain import explanation

    for line in explanation(_load(options.file), SHAPES, options.file):
        print(line)
    return 0


def schema(_options: argparse.Namespace) -> int:
    import json

    from checks.policy.json_schema import json_schema

    print(json.dumps(json_schema(SHAPES), indent=2))
    return 0


def _load(name: str) -> Policy:
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"there is no such file: {name}", hint="Write a first one with: ospo-gate policy init")
    return load_policy(path.read_bytes(), name)
