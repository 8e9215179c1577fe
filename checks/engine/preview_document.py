"""What another policy would change, as a document for programs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from checks.engine.impact import Found, Impact, Move, Row, moved
from checks.engine.indexed import Of
from checks.engine.preview_pulls import PullTurn
from checks.engine.stands import Stand
from checks.model.purl import versioned
from checks.model.report import PolicyReference
from checks.render.english import counted
from checks.render.preview import lacking, not_previewed, own_files, partly_previewed, pulls_summary, summary
from checks.render.where import moment
from checks.rules import CHECKS

#: Raised when a reader of the old form could misread the new one.
SCHEMA = 1
#: Rows of each table in the document, and package versions that are named one by one.
LISTED, NAMED = 1_000, 10_000


class Basis(NamedTuple):
    """What a preview is founded on."""

    known: int
    """Repositories that there are."""
    read: int
    """Of them those whose inventory is known."""
    uses: int
    """Package versions of repositories about which the policies may differ."""
    judged: int
    """Distinct cases that were judged for them."""
    lacking: int = 0
    """Uses of which something that a policy asks for is not stored."""
    vulnerable: int = 0
    """Uses for which advisories are stored, if a policy asks for them."""
    own_files: bool = False
    """Whether a policy honors files of the repositories themselves, which are not stored."""

    def about(self, of: Of) -> str:
        """How many something that was not judged is about."""
        if of is Of.NEW:
            return "new packages, which only pull requests have"
        count = self.vulnerable if of is Of.VULNERABLE else self.uses
        return counted(count, "vulnerable package" if of is Of.VULNERABLE else "package")


class About(NamedTuple):
    """One repository, for people."""

    name: str
    visibility: str | None


def to_json(
    old: PolicyReference,
    new: PolicyReference,
    at: datetime,
    impact: Impact,
    repositories: Mapping[int, About],
    basis: Basis,
    checks: Iterable[str],
    left_out: Iterable[str] = (),
    partly: Mapping[str, Mapping[str, Of]] = MappingProxyType({}),
) -> dict[str, Any]:
    """The document. Times are UTC. `left_out`: checks in which the policies differ, too, and which were not judged;
    `partly`: what was not judged of those that were, in words, and what it is about."""
    names = {id_: about.name for id_, about in repositories.items()}
    total, found, owners = impact.total, impact.repositories(names), impact.owners()
    packages = impact.packages()
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "old": _policy(old),
        "new": _policy(new),
        "at": moment(at.timestamp()),
        "coverage": {
            "repositories": basis.known,
            "read": basis.read,
            "uses": basis.uses,
            "cases": basis.judged,
            "lacking": basis.lacking,
        },
        "checks": [check for check in CHECKS.ids if check in set(checks)],
        "total": _counts(total),
        "rules": [{"rule": row.name, **_counts(row)} for row in impact.rules()],
        "repositories": _repositories(found, repositories),
        "packages": [{"package": row.name, **_counts(row, False)} for row in packages[:LISTED]],
        "owners": [{"owner": row.name or None, **_counts(row)} for row in owners[:LISTED]],
        "rows": {"repositories": len(found), "packages": len(packages), "owners": len(owners)},
        "waivers": [{"id": row.id, "covers_before": row.before, "covers_after": row.after} for row in impact.waivers()],
        "tell": [row.name for row in owners if row.name and (row.blocked or row.passing)][:LISTED],
        "places": [_place(place, repositories) for place in impact.places[:NAMED]],
    }
    notes = [
        *not_previewed([check for check in CHECKS.ids if check in set(left_out)]),
        *partly_previewed(
            {
                check: [f"{words} ({basis.about(of)})" for words, of in partly[check].items()]
                for check in CHECKS.ids
                if partly.get(check)
            }
        ),
        *(own_files(basis.read) if basis.own_files else ()),
        *lacking(basis.lacking, basis.uses),
    ]
    return {**document, "summary": summary(document, bool(notes)), "not_previewed": notes}


def _policy(reference: PolicyReference) -> dict[str, Any]:
    return {"source": reference.source, "digest": reference.digest, "revision": reference.revision}


def _counts(row: Row, repositories: bool = True) -> dict[str, Any]:
    counts: dict[str, Any] = {move.value: row.moves.get(move, 0) for move in Move}
    if repositories:
        counts["repositories"] = row.repositories
    return {**counts, "could_not_tell": row.could_not_tell}


def _repositories(rows: Sequence[Row], repositories: Mapping[int, About]) -> list[dict[str, Any]]:
    visible_to = {about.name: about.visibility for about in repositories.values()}
    return [
        {
            "repository": row.name,
            "visibility": visible_to[row.name],
            **_counts(row, False),
            "owners": list(row.owners),
        }
        for row in rows[:LISTED]
    ]


def _place(found: Found, repositories: Mapping[int, About]) -> dict[str, Any]:
    about = repositories[found.repository]
    return {
        "repository": about.name,
        "visibility": about.visibility,
        "package": versioned(found.purl, found.version),
        "owners": list(found.owners),
        "rules": [
            {
                "check": turn.check,
                "rule": turn.rule,
                "before": turn.before.value,
                "after": turn.after.value,
                "moves": moved(turn).value,
                "could_not_tell": turn.could_not_tell,
            }
            for turn in found.turns
        ],
    }


def on_day(document: dict[str, Any], day: str) -> dict[str, Any]:
    """The document of a preview whose new policy was taken as it will be on a day."""
    words = f"The new policy is taken as it will be on {day}, and everything else as it is now."
    return {**document, "on": day, "summary": f"{document['summary']} {words}"}


# -- pull requests ---------------------------------------------------------------------------------------------------

_STOPS = (Stand.BLOCKS, Stand.WOULD_BLOCK)


def with_pulls(
    document: dict[str, Any], turns: Sequence[PullTurn], repositories: Mapping[int, About], since: datetime | None
) -> dict[str, Any]:
    """The document of a preview, with what would become of pull requests: the open ones, or all since `since`."""
    newly = [turn for turn in turns if turn.after in _STOPS and turn.before is not None and turn.before not in _STOPS]
    freed = [turn for turn in turns if turn.before in _STOPS and turn.after is not None and turn.after not in _STOPS]
    rules = Counter(rule for turn in newly for rule in turn.rules)
    pulls = {
        "since": moment(since.timestamp()) if since else None,
        "looked_at": len(turns),
        "undecided": sum(turn.undecided for turn in turns),
        "stopped": sum(turn.after in _STOPS for turn in turns),
        "newly_blocked": len(newly),
        "newly_passing": len(freed),
        "could_not_tell": sum(turn.could_not_tell for turn in newly),
        "authors": len({turn.author for turn in newly if turn.author}),
        "rules": [{"rule": rule, "pulls": count} for rule, count in sorted(rules.items(), key=lambda i: (-i[1], i[0]))],
        "owners": _owners(newly, freed)[:LISTED],
        "turns": [_turn(turn, repositories) for turn in (*newly, *freed)[:LISTED]],
    }
    return {**document, "pulls": {**pulls, "summary": pulls_summary(pulls, since)}}


def _owners(newly: Sequence[PullTurn], freed: Sequence[PullTurn]) -> list[dict[str, Any]]:
    """What moves at each owner, the most stopped first; a pull request with several owners counts at each."""
    stopped, set_free = (Counter(who for turn in turns for who in turn.owners or ("",)) for turns in (newly, freed))
    unknown = Counter(who for turn in newly if turn.could_not_tell for who in turn.owners or ("",))
    names = sorted(stopped.keys() | set_free.keys(), key=lambda who: (-stopped[who], -set_free[who], who))
    return [
        {
            "owner": who or None,
            "newly_blocked": stopped[who],
            "newly_passing": set_free[who],
            "could_not_tell": unknown[who],
        }
        for who in names
    ]


def _turn(turn: PullTurn, repositories: Mapping[int, About]) -> dict[str, Any]:
    about = repositories.get(turn.repository)
    return {
        "repository": about.name if about else f"repository {turn.repository}",
        "visibility": about.visibility if about else None,
        "number": turn.number,
        "author": turn.author,
        "before": turn.before,
        "after": turn.after,
        "rules": list(turn.rules),
        "owners": list(turn.owners),
        "could_not_tell": turn.could_not_tell,
    }
