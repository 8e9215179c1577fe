"""`ospo-gate policy init`: a first policy, from a template and perhaps fitted to what is in use."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.cli.output import say, write_file
from app.policies import load_policies, load_policy
from checks.model.errors import UsageError
from checks.policy.files import PolicyFiles
from checks.policy.templates import TEMPLATES

#: What is compared with: a policy that lets everything through.
_NOTHING = b"version: 1\nmode: evaluate\ninventory: {levels: {package-re-sourced: off, manifest-without-lock: off}}\n"


def run(options: argparse.Namespace) -> int:
    """Write the policy; an existing file is only touched with `--force`."""
    target = options.output or options.file
    if options.facts and not options.from_inventory:
        raise UsageError("--facts needs --from-inventory")
    if target != "-" and not options.force and Path(target).exists():
        hint = f"Check it with: ospo-gate policy validate {target}; write over it with --force"
        raise UsageError(f"{target} exists already", hint=hint)
    text = TEMPLATES[options.template]
    paths = [Path(name) for name in options.from_inventory]
    if paths:
        text = _fitted(text, paths)
    if target == "-":
        say(text)
    else:
        _write(Path(target), text, options.force)
        print(f"Wrote {target}. It only evaluates: see what it says with `ospo-gate check`, then set `mode: enforce`.")
    if paths:
        print(f"\n{_would_block(text, paths, options.facts)}", end="", file=sys.stderr if target == "-" else sys.stdout)
    return 0


def _write(path: Path, text: str, force: bool) -> None:
    """A file that somebody wrote meanwhile is not touched, either."""
    if force:
        write_file(path, text)
        return
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already", hint="Write over it with --force") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _fitted(text: str, paths: Sequence[Path]) -> str:
    from app.cli.manifests import inventories
    from checks.engine.fitting import fitted, used_by

    section: Any = load_policy(text.encode(), "template").sections["licenses"]
    found = [item for path in paths for inventory in inventories(path, None) for item in inventory.dependencies]
    return fitted(text, section, used_by(found))


def _would_block(text: str, paths: Sequence[Path], facts: str | None) -> str:
    """What the policy would block in the whole trees, as a preview shows it."""
    from app.cli.preview_here import preview_here
    from checks.render.preview import text as shown

    old, new = (load_policies(PolicyFiles(data, name)) for data, name in ((_NOTHING, "nothing"), (text.encode(), "it")))
    return shown(preview_here(old, new, paths, Path(facts) if facts else None, datetime.now(UTC)))
