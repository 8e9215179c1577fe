"""`ospo-gate policy init`: a first policy, from a template and perhaps fitted to what is in use."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.output import say, write_file
from app.policies import load_policies, load_policy
from checks.model.errors import SourceError, UsageError
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy.templates import TEMPLATES

if TYPE_CHECKING:
    from app.store.database import Database
    from checks.engine.fitting import Used

#: What is compared with: a policy that lets everything through.
_NOTHING = b"version: 1\nmode: evaluate\ninventory: {levels: {package-re-sourced: off, manifest-without-lock: off}}\n"
#: Licenses of one page of a service's answer.
PAGE = 1_000
_NOTHING_FILES = PolicyFiles(_NOTHING, "nothing")


def run(options: argparse.Namespace) -> int:
    """Write the policy; an existing file is only touched with `--force`."""
    target = options.output or options.file
    if options.facts and not options.from_inventory:
        raise UsageError("--facts needs --from-inventory")
    if sum(map(bool, (options.database, options.from_inventory, options.server is not None))) > 1:
        raise UsageError("--from-inventory, --database or --server: one of them says what is in use")
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
    elif options.server is not None:
        text, said = _from_service(text, options.server)
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


def _from_service(text: str, server: str) -> tuple[str, str]:
    """The policy, and what it would block by what the service knows; without leave to ask that, why it is not said."""
    from app.cli.service import ask_pages, reached, tell_service
    from app.preview_request import to_json
    from app.settings import service_place
    from checks.engine.fitting import Used
    from checks.render.preview import text as shown

    place = service_place()
    address, token = reached(server or place.server, place.token)
    try:
        pages = ask_pages(address, token, "api/v1/licenses", {"limit": str(PAGE)})
        rows = [row for page in pages for row in page["licenses"]]
        uses = [
            Used(row["license"] if row["license"] is None else str(row["license"]), bool(row["shipped"]),
                 int(row["packages"]), tuple(map(str, row["examples"])))
            for row in rows
        ]  # fmt: skip
    except (LookupError, TypeError, ValueError):
        raise SourceError("what the service answers is not of this release's API") from None
    if not uses:
        raise UsageError(
            "the service has read no default branch yet", hint="Try again when it has: docs/sbom-service.md"
        )
    found = _fitted(text, uses)
    body = {"old": to_json(_NOTHING_FILES), "new": to_json(PolicyFiles(found.encode(), "it"))}
    try:
        return found, shown(tell_service(address, token, "api/v1/policy/preview", body))
    except (SourceError, UsageError) as error:
        hint = f" {error.hint}" if error.hint else ""
        return found, f"What it would block cannot be said: {error}.{hint}\n"
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SourceError("what the service answers is not of this release's API") from None


def _policies(text: str) -> tuple[PolicySet, PolicySet]:
    """One that lets everything through, and the one that is written."""
    return load_policies(_NOTHING_FILES), load_policies(PolicyFiles(text.encode(), "it"))


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
