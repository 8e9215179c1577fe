"""What another policy would change: sentences, lines for a terminal, Markdown and rows for a spreadsheet.

All of it is made of the document of `checks.engine.preview_document`, so that a command shows alike what it found and
what the service says.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

from checks.model.phrase import say, visible
from checks.render.english import capital, counted, day
from checks.render.markdown import cell, prose
from checks.render.where import cell_text, quoted

#: Rows of each table on a terminal, and its columns.
_SHOWN, _WIDTH = 10, 80
_COLUMNS = (
    *("repository", "package", "check", "rule", "before", "after", "moves", "could_not_tell", "owners", "visibility"),
)


# -- words -----------------------------------------------------------------------------------------------------------

#: What the other checks judge by, which the index of uses does not have.
_NEEDS_MORE = {
    "inventory": "what lock files say as a whole",
    "signoff": "the commits of pull requests",
    "agreements": "who contributes to pull requests",
    "notices": "the files of notices",
    "sbom": "committed SBOMs",
    "ai_models": "models and data sets",
}


def not_previewed(checks: Iterable[str]) -> list[str]:
    """What the policies may judge differently and the index of uses cannot tell, in sentences."""
    return [
        f"The policies also differ in {check}: default branches are not previewed for that"
        + (f", because the index of uses does not have {_NEEDS_MORE[check]}." if check in _NEEDS_MORE else ".")
        for check in checks
    ]


def partly_previewed(partly: Mapping[str, Iterable[str]]) -> list[str]:
    """What of previewed checks is left out, by check, in sentences."""
    return [f"Not judged on default branches, of {check}: {'; '.join(words)}." for check, words in partly.items()]


def own_files(repositories: int) -> list[str]:
    """What stricter repositories say themselves."""
    count = counted(repositories, "repository")
    return [f"Not judged: what repositories say in files of their own, which are not stored ({count})."]


def lacking(uses: int, of: int) -> list[str]:
    """How much was judged without data."""
    if not uses:
        return []
    share = f"{uses:,} of {counted(of, 'package')}"
    return [f"Not everything that the policies ask for is stored about {share}; rules of missing data speak of these."]


def summary(document: Mapping[str, Any], more: bool = False) -> str:
    """What it comes to, in a sentence or two of plain text. `more`: the policies differ in what was not judged."""
    total, coverage = document["total"], document["coverage"]
    read = counted(int(coverage["read"]), "repository")
    if not int(coverage["read"]):
        return "No default branch was read yet, so nothing is said of what is in use."
    said = [words.format(counted(int(total[move]), "package")) for move, words in _WORDS.items() if int(total[move])]
    if not said:
        of = " for the checks that are previewed" if more else ""
        return f"Nothing changes in {read}{of}: nothing that is used there would be blocked or set free."
    found = [f"{capital(', '.join(said))} in {int(total['repositories']):,} of {read}."]
    if unknown := int(total["could_not_tell"]):
        found.append(f"{unknown:,} of what would be newly blocked is for lack of data.")
    left = int(coverage["repositories"]) - int(coverage["read"])
    if left > 0:
        found.append(f"{counted(left, 'further repository')} were not read yet." if left > 1 else _ONE_LEFT)
    return " ".join(found)


_ONE_LEFT = "1 further repository was not read yet."
#: Packages are counted once in each repository that uses them.
_WORDS = {
    "newly_blocked": "{} would be newly blocked",
    "newly_passing": "{} would no longer be blocked",
    "newly_would_block": "{} would be shown as blocked (mode evaluate)",
    "would_block_no_more": "{} would no longer be shown as blocked (mode evaluate)",
    "otherwise": "{} would be judged otherwise without being blocked",
}


# -- a terminal ------------------------------------------------------------------------------------------------------

_HEADS = {
    "newly_blocked": "blocked",
    "newly_passing": "passing",
    "newly_would_block": "would block",
    "would_block_no_more": "would not",
    "otherwise": "other",
    "repositories": "repositories",
}


def text(document: Mapping[str, Any]) -> str:
    """Lines for a terminal: the totals, then by rule, repository, package and owner."""
    lines = _wrapped(document["summary"])
    lines += [line for note in document["not_previewed"] for line in ("", *_wrapped(note))]
    moves = [name for name in _HEADS if name != "repositories" and int(document["total"][name])]
    for title, key, name in (
        ("rule", "rules", "rule"),
        ("repository", "repositories", "repository"),
        ("package", "packages", "package"),
        ("owner", "owners", "owner"),
    ):
        if moves and document[key]:
            lines += ["", *_table(title, document[key], name, moves, _rows(document, key))]
    lines += [*_pulls(document), *_waivers(document), *_tell(document)]
    return "\n".join(lines) + "\n"


def _wrapped(sentences: object) -> list[str]:
    return wrap(visible(str(sentences), 1000), _WIDTH, break_on_hyphens=False)


def _rows(document: Mapping[str, Any], key: str) -> int:
    """How many there are; the document lists no more than some."""
    return int(document.get("rows", {}).get(key, len(document[key])))


def _table(title: str, rows: Sequence[Mapping[str, Any]], name: str, moves: Sequence[str], count: int) -> list[str]:
    columns = [*moves, *(["repositories"] if "repositories" in rows[0] else [])]
    cells = [[title, *(_HEADS[column] for column in columns)]]
    for row in rows[:_SHOWN]:
        label = visible(str(row[name] or "nobody is named"), 80)
        cells.append([label, *(f"{int(row[column]):,}" for column in columns)])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in cells
    ]
    left = count - min(len(rows), _SHOWN)
    return [*lines, *([f"… and {left:,} more: --format json or csv"] if left > 0 else [])]


def _pulls(document: Mapping[str, Any], public: bool = False) -> list[str]:
    pulls = document.get("pulls")
    if not pulls:
        return []
    lines = ["", visible(str(pulls["summary"]), 1000)]
    if public or not pulls["turns"]:
        return lines
    named = []
    for turn in pulls["turns"][:_SHOWN]:
        rules = ", ".join(visible(str(rule), 80) for rule in turn["rules"])
        who = f" by {visible(str(turn['author']), 80)}" if turn["author"] else ""
        place = f"{visible(str(turn['repository']), 120)} pull request {int(turn['number'])}{who}"
        named.append(f"{place}: {turn['before']} → {turn['after']}{f' ({rules})' if rules else ''}")
    left = len(pulls["turns"]) - _SHOWN
    return [*lines, "", *_pull_owners(pulls), *named, *([f"… and {left:,} more"] if left > 0 else [])]


def _pull_owners(pulls: Mapping[str, Any]) -> list[str]:
    """Who answers for what moves. A release before this one names nobody."""
    lines = []
    rows = pulls.get("owners", ())
    for row in rows[:_SHOWN]:
        who = f"Owner {visible(str(row['owner']), 80)}" if row["owner"] else "No owner named"
        unknown = f" ({int(row['could_not_tell']):,} for lack of data)" if row["could_not_tell"] else ""
        lines.append(
            f"{who}: {int(row['newly_blocked']):,} newly stopped{unknown}, {int(row['newly_passing']):,} set free"
        )
    left = len(rows) - _SHOWN
    return [*lines, *([f"… and {left:,} more owners"] if left > 0 else [])]


def _waivers(document: Mapping[str, Any]) -> list[str]:
    lines = []
    for row in document["waivers"]:
        id_, before, after = visible(str(row["id"]), 80), int(row["covers_before"]), int(row["covers_after"])
        if after:
            lines.append(f"Waiver {id_} becomes needed: it would cover {counted(after, 'use')}.")
        else:
            lines.append(f"Waiver {id_} becomes useless: it covers {counted(before, 'use')}, and would cover nothing.")
    if not lines:
        return []
    left = len(lines) - _SHOWN
    return ["", *lines[:_SHOWN], *([f"… and {left:,} more waivers"] if left > 0 else [])]


def _tell(document: Mapping[str, Any]) -> list[str]:
    who = [visible(str(name), 80) for name in document["tell"]]
    if not who:
        return []
    more = f" and {len(who) - _SHOWN:,} more" if len(who) > _SHOWN else ""
    return ["", "To tell: " + ", ".join(who[:_SHOWN]) + more]


# -- GitHub ----------------------------------------------------------------------------------------------------------


def markdown(document: Mapping[str, Any], public: bool = False) -> str:
    """GitHub's Markdown. `public`: everybody may read it, so that it has counts and names public repositories alone."""
    lines = [prose(str(document["summary"]))]
    lines += [line for note in document["not_previewed"] for line in ("", prose(str(note)))]
    moves = [name for name in _HEADS if name != "repositories" and int(document["total"][name])]
    tables = ("rules",) if public else ("rules", "repositories", "packages", "owners")
    for key in tables if moves else ():
        if document[key]:
            lines += ["", *_markdown_table(key, document[key], moves, _rows(document, key))]
    if public and moves:
        named = [row for row in document["repositories"] if row["visibility"] == "public"]
        lines += ["", *_markdown_table("repositories", named, moves, len(named))] if named else []
        lines += ["", "Repositories that are not public, packages and owners are not named here."]
    pulls = _pulls(document, public)
    lines += [*map(prose, pulls[:3]), *map(_item, pulls[3:]), "", *map(_item, _waivers(document)[1:])]
    if not public:
        lines += [*map(prose, _tell(document))]
    return "\n".join(lines) + "\n"


def _item(line: str) -> str:
    return f"- {prose(line)}"


_NAMES = {"rules": "rule", "repositories": "repository", "packages": "package", "owners": "owner"}


def _markdown_table(key: str, rows: Sequence[Mapping[str, Any]], moves: Sequence[str], count: int) -> list[str]:
    name = _NAMES[key]
    columns = [*moves, *(["repositories"] if "repositories" in rows[0] else [])]
    lines = [f"| {name} | {' | '.join(_HEADS[column] for column in columns)} |", f"|---|{'--:|' * len(columns)}"]
    for row in rows[:_SHOWN]:
        label = cell(say("{}", str(row[name]))) if row[name] else "nobody is named"
        lines.append(f"| {label} | {' | '.join(f'{int(row[column]):,}' for column in columns)} |")
    left = count - min(len(rows), _SHOWN)
    return [*lines, *(["", f"… and {left:,} more."] if left > 0 else [])]


# -- a spreadsheet ---------------------------------------------------------------------------------------------------


def rows(document: Mapping[str, Any]) -> str:
    """Each package version of each repository about which the policies differ, as CSV (RFC 4180). A cell that a
    spreadsheet would take for a formula is quoted."""
    cells: list[Sequence[str]] = [_COLUMNS]
    for place in document["places"]:
        for rule in place["rules"]:
            told = {**place, **rule, "owners": " ".join(map(str, place["owners"]))}
            cells.append([cell_text(told.get(column)) for column in _COLUMNS])
    return "".join(",".join(map(quoted, row)) + "\r\n" for row in cells)


# -- pull requests ---------------------------------------------------------------------------------------------------


def pulls_summary(pulls: Mapping[str, Any], since: datetime | None) -> str:
    """A paragraph that can be sent on."""
    count = int(pulls["looked_at"])
    which = f"judged since {day(since)}" if since else "open now"
    if not count:
        return f"No pull request that is {which} is stored." if not since else f"No pull request {which} is stored."
    decided = count - int(pulls["undecided"])
    stopped, newly = int(pulls["stopped"]), int(pulls["newly_blocked"])
    said = [f"Of {counted(decided, 'pull request')} {which}, the new policy would stop "]
    if newly:
        said[0] += f"{stopped:,}: {newly:,} of them newly, by {counted(int(pulls['authors']), 'author')}."
    else:
        said[0] += f"{stopped:,}, none of them newly." if stopped else "none."
    if pulls["newly_passing"]:
        said.append(f"{int(pulls['newly_passing']):,} would be set free.")
    if pulls["could_not_tell"]:
        said.append(f"{int(pulls['could_not_tell']):,} would be stopped for lack of data alone.")
    if pulls["undecided"]:
        said.append(f"Of {int(pulls['undecided']):,} more it cannot be told from what is stored.")
    return " ".join(said)
