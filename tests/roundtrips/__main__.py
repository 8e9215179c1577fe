"""`python -m tests.roundtrips [--tools DIR] [--only REGEX]`: exit 1 on a difference that nobody argued for."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.roundtrips import javascript, python, rust
from tests.roundtrips.argued import argued
from tests.roundtrips.listing import Comparison, Key, Listing, Said, compare
from tests.roundtrips.manager import Manager
from tests.roundtrips.tools import ToolFailed, Tools

MANAGERS = (*javascript.MANAGERS, *python.MANAGERS, *rust.MANAGERS)
SHIPPED = ("runtime", "optional", "peer", "unknown")
HEAD = f"{'manager':18}{'locks':>6}{'packages':>10}{'agree':>7}{'missing':>9}{'extra':>7}"
HEAD += f"{'scope':>12}{'direct':>12}{'argued':>8}"


def main(words: list[str]) -> int:
    """Prints a line per manager and one per difference."""
    options = _options(words)
    failed = 0
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="ospo-gate-roundtrips-") as temporary:
        tools = Tools(options.tools.resolve() if options.tools else Path(temporary) / "tools")
        for manager in MANAGERS:
            if re.search(options.only, manager.name):
                failed += _manager(manager, tools, options.keep or Path(temporary), options.project)
    return 1 if failed else 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.roundtrips", description=__doc__)
    parser.add_argument("--tools", type=Path, help="where the managers are installed and stay (default: for this run)")
    parser.add_argument("--keep", type=Path, help="a new folder for the projects, to look at afterwards")
    parser.add_argument("--only", default="", help="managers whose name contains this pattern")
    parser.add_argument("--project", default="", help="projects whose name contains this pattern")
    return parser.parse_args(words)


def _manager(manager: Manager, tools: Tools, folder: Path, pattern: str) -> int:
    """How many unargued differences and failures there are."""
    rows: list[tuple[str, Comparison]] = []
    troubles = []
    for project in (name for name in manager.projects if re.search(pattern, name)):
        try:
            made = manager.make(tools, project, folder / re.sub(r"\W+", "-", manager.name) / project)
            own = manager.own(project)
            ours = {(manager.canonical(name), version): said for (name, version), said in inventory(made.lock).items()}
            rows.append((project, compare(_without(made.listing, own), _without(ours, own))))
        except ToolFailed as error:
            troubles.append(f"{project}: {error}")
    lines = [(project, line) for project, comparison in rows for line in comparison.differences]
    reasons = {(project, line): argued(manager.name, project, line) for project, line in lines}
    print(_summary(manager.name, [comparison for _, comparison in rows], sum(map(bool, reasons.values()))), flush=True)
    open_ones = [f"{project}: {line}" for (project, line), reason in reasons.items() if not reason]
    for line in (*open_ones, *troubles):
        print(f"    {line}", flush=True)
    return len(open_ones) + len(troubles)


def _without(listing: Listing, names: frozenset[str]) -> Listing:
    return {key: said for key, said in listing.items() if key[0] not in names}


def _summary(name: str, rows: Iterable[Comparison], argued_for: int) -> str:
    rows = tuple(rows)
    scopes, directs = sum(row.scopes for row in rows), sum(row.directs for row in rows)
    scope = f"{scopes - sum(len(row.scope_differs) for row in rows)}/{scopes}"
    direct = f"{directs - sum(len(row.direct_differs) for row in rows)}/{directs}"
    packages, agree = sum(row.packages for row in rows), sum(row.agree for row in rows)
    missing, extra = sum(len(row.missing) for row in rows), sum(len(row.extra) for row in rows)
    counts = f"{len(rows):6}{packages:10,}{agree:7,}{missing:9}{extra:7}"
    return f"{name:18}{counts}{scope:>12}{direct:>12}{argued_for:8}"


def inventory(lock: Path) -> dict[Key, Said]:
    """What the command says; of a package in several places, it is shipped or direct if one of them is."""
    command = (sys.executable, "-m", "app.cli.main", "inventory", str(lock), "--format", "json")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise ToolFailed(f"ospo-gate inventory: {done.stderr.strip()}")
    said: dict[Key, Said] = {}
    for name, version, dev, direct in _packages(done.stdout):
        before = said.get((name, version))
        if before is not None:
            dev = bool(dev and before.dev)
            direct = True if direct or before.direct else direct
        said[name, version] = Said(dev, direct)
    return said


def _packages(output: str) -> Iterator[tuple[str, str, bool, bool | None]]:
    for manifest in json.loads(output)["manifests"]:
        for package in manifest["packages"]:
            dev = package["scope"] not in SHIPPED
            yield package["name"], package["version"] or "", dev, package["direct"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
