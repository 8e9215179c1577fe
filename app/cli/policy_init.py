"""`ospo-gate policy init`: a first policy, from a template and perhaps fitted to what is in use."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.output import say, write_file
from app.policies import load_policies, load_policy
from checks.model.errors import UsageError
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy.templates import TEMPLATES

if TYPE_CHECKING:
    from app.store.database import Database
    from checks.engine.fitting import Used

#: What is compared with: a policy that lets everything through.
_NOTHING = b"version: 1\nmode: evaluate\ninventory: {levels: {package-re-sourced: off, manifest-without-lock: off}}\n"


def run(options: argparse.Namespace) -> int:
    """Write the policy; an existing file is only touched with `--force`."""
    target = options.output or options.file
    if options.facts and not options.from_inventory:
        raise UsageError("--facts needs --from-inventory")
    if options.database and options.from_inventory:
        raise UsageError("--database or --from-inventory: one of them says what is in use")
    if target != "-" and not options.force and Path(target).exists():
        hint = f"Check it with: ospo-gate policy validate {target}; write over it with --force"
        raise UsageError(f"{target} exists already", hint=hint)
    text, said = TEMPLATES[options.template], ""
    if options.from_inventory:
        paths = [Path(name) for name in options.from_inventory]
        text = _fitted(text, _used_in(paths))
        said = _would_block(text, paths, options.facts)
    elif options.database:
        text, said = _from_database(text)
    if target == "-":
        say(text)
    else:
        _write(Path(target), text, options.force)
        print(f"Wrote {target}. It only evaluates: see what it says with `ospo-gate check`, then set `mode: enforce`.")
    if said:
        print(f"\n{said}", end="", file=sys.stderr if target == "-" else sys.stdout)
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


def _fitted(text: str, uses: "Sequence[Used]") -> str:
    from checks.engine.fitting import fitted

    section: Any = load_policy(text.encode(), "template").sections["licenses"]
    return fitted(text, section, uses)


def _used_in(paths: Sequence[Path]) -> "tuple[Used, ...]":
    from app.cli.manifests import inventories
    from checks.engine.fitting import used_by

    return used_by(item for path in paths for found in inventories(path, None) for item in found.dependencies)


def _policies(text: str) -> tuple[PolicySet, PolicySet]:
    """One that lets everything through, and the one that is written."""
    return load_policies(PolicyFiles(_NOTHING, "nothing")), load_policies(PolicyFiles(text.encode(), "it"))


def _would_block(text: str, paths: Sequence[Path], facts: str | None) -> str:
    """What the policy would block in the whole trees, as a preview shows it."""
    from app.cli.preview_here import preview_here
    from checks.render.preview import text as shown

    known = Path(facts) if facts else None
    return shown(preview_here(*_policies(text), paths, known, datetime.now(UTC)))


def _from_database(text: str) -> tuple[str, str]:
    """The policy, and what it would block on default branches."""
    from app.cli.db import on_current
    from app.settings import service_place
    from checks.render.preview import text as shown

    async def story(database: "Database") -> tuple[str, str]:
        from app.previewing import Previewing
        from app.store.in_use import in_use

        found = _fitted(text, await in_use(database))
        return found, shown(await Previewing(database, None).preview(*_policies(found), datetime.now(UTC)))

    place = service_place()
    if not place.database:
        hint = "Set OSPO_GATE_DATABASE, or name checkouts with --from-inventory"
        raise UsageError("there is no database of a service here", hint=hint)
    return on_current(story, place.database)
