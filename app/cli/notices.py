"""`ospo-gate notices`: the third-party notices of a checkout, and whether committed ones are up to date."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from app.cli.drive import without_collector
from app.cli.manifests import cache, inventories
from app.cli.output import check_target, say, write_file
from app.cli.policy_files import policies_on_disk
from app.facts.packages import Packages, packages
from app.facts.texts import Texts
from app.facts.trees.tree import Tree
from app.policies import PATH, starter_policy
from app.settings import command_environment
from checks.engine.plan import Plan
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.notices.document import Document, document
from checks.notices.listing import listed
from checks.rules.licenses.section import LicensesSection

#: By the ending of a file's name.
_FORMATS = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
#: Lines of a difference that are shown.
_DIFFERENCE = 60
#: Largest committed file that is compared (bytes).
_MAX_COMMITTED = 64_000_000


def run(options: argparse.Namespace) -> int:
    """0; 1 where `--check` finds a file that is not up to date."""
    path, named = Path(options.path), options.check or options.output
    format_ = options.format or _FORMATS.get(Path(named or "").suffix.lower(), "text")
    if options.output:
        check_target(Path(options.output))
    committed = _committed(Path(options.check)) if options.check else None
    with without_collector():
        found = _packages(path, options)
        notices = document(found.components, options.scope)
        if committed is not None and not found.installed:
            return _compare_lists(options.check, committed, notices)
        text = _render(notices, format_)
    if committed is not None:
        return _compare(options.check, committed, text)
    if options.output:
        write_file(Path(options.output), text)
    else:
        say(text)
    _summarize(notices, found)
    return 0


def _packages(path: Path, options: argparse.Namespace) -> Packages:
    root = path if path.is_dir() else path.parent
    pairs = tuple(ManifestPair(item.path, None, item) for item in inventories(path, cache(options.no_cache)))
    changes = Plan(Snapshot(Listing("", ""), pairs)).changes
    environment = command_environment()
    kept = environment.cache.with_name("texts") if environment.cache and not options.no_cache else None
    tree = Tree(root)
    texts = Texts(tree, kept)
    wanted = [change for change in changes if options.scope == "all" or change.scope.shipped]
    found = packages(tree, wanted, texts, _section(root, options.policy))
    texts.keep()
    return found


def _section(root: Path, named: str | None) -> LicensesSection:
    """The policy decides which license is chosen where a package offers several."""
    path = Path(named) if named else root / PATH
    there = named is not None or path.exists()
    policy = policies_on_disk(str(path), command_environment()).plain if there else starter_policy()
    section = policy.sections.get("licenses")
    return section if isinstance(section, LicensesSection) else LicensesSection()


def _render(notices: Document, format_: str) -> str:
    if format_ == "html":
        from checks.notices.html import to_html

        return to_html(notices)
    if format_ == "markdown":
        from checks.notices.markdown import to_markdown

        return to_markdown(notices)
    from checks.notices.plaintext import plaintext

    return plaintext(notices)


def _committed(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_COMMITTED + 1)
    except FileNotFoundError:
        raise UsageError(f"--check: there is no such file: {path}", hint="Write it with --output first.") from None
    except OSError as error:
        raise UsageError(f"--check: {path} cannot be read: {error.strerror}") from None
    if len(data) > _MAX_COMMITTED:
        raise UsageError(f"--check: {path} is larger than {_MAX_COMMITTED // 1_000_000} MB")
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _compare(name: str, committed: str, text: str) -> int:
    if committed == text:
        print(f"{name} is up to date.")
        return 0
    lines = difflib.unified_diff(
        committed.splitlines(), text.splitlines(), f"{name} as committed", f"{name} as it should be", lineterm="", n=1
    )
    shown = list(islice(lines, _DIFFERENCE + 1))
    say("".join(f"{visible(line, 300)}\n" for line in shown[:_DIFFERENCE]))
    if len(shown) > _DIFFERENCE:
        print("…")
    return _outdated(name)


def _compare_lists(name: str, committed: str, notices: Document) -> int:
    """Without installed packages there are no texts to compare: only the components are."""
    print("No package is installed here, so only the list of packages is compared.", file=sys.stderr)
    found = listed(committed)
    if found is None:
        raise UsageError(f"--check: {name} has no list of packages", hint="Write it anew with --output.")
    wanted = {component.package_url for component in notices.components}
    rows = [f"- {purl}" for purl in sorted(found[1] - wanted)] + [f"+ {purl}" for purl in sorted(wanted - found[1])]
    if not rows and found[0] == notices.scope:
        print(f"{name} lists the packages that are used.")
        return 0
    say("".join(f"{visible(row, 300)}\n" for row in rows[:_DIFFERENCE]))
    if found[0] != notices.scope:
        print(f"{name} was made with --scope {found[0]}, and is compared with --scope {notices.scope}.")
    return _outdated(name)


def _outdated(name: str) -> int:
    print(f"{name} is not up to date: write it anew with --output, where packages are installed.", file=sys.stderr)
    return 1


def _summarize(notices: Document, found: Packages) -> None:
    """On standard error: what a person must know who passes the file on."""
    total = len(notices.components)
    print(f"{_many(total, 'package')}, {_many(len(notices.groups), 'license text')}.", file=sys.stderr)
    if not total:
        return
    if not found.installed:
        print("None of them is installed here, so no license text could be read: install them first.", file=sys.stderr)
    elif notices.without_text:
        few: Sequence[str] = [visible(component.label, 60) for component in notices.without_text[:3]]
        more = f" and {len(notices.without_text) - 3:,} more" if len(notices.without_text) > 3 else ""
        print(f"Without a license text: {', '.join(few)}{more}.", file=sys.stderr)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
