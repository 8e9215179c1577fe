"""The part of a preview about pull requests: which change colour, whose they are, and the report of a pilot."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from checks.engine.preview import Stand
from checks.engine.preview_pulls import PullTurn
from checks.render.english import counted, day
from checks.render.preview import LISTED, About
from checks.render.where import moment

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
        "turns": [_turn(turn, repositories) for turn in (*newly, *freed)[:LISTED]],
    }
    return {**document, "pulls": {**pulls, "summary": summary(pulls, since)}}


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
        "could_not_tell": turn.could_not_tell,
    }


def summary(pulls: Mapping[str, Any], since: datetime | None) -> str:
    """A paragraph that can be sent on."""
    count = int(pulls["looked_at"])
    which = f"judged since {day(since)}" if since else "open now"
    if not count:
        return f"No pull request that is {which} is stored." if not since else f"No pull request {which} is stored."
    decided = count - int(pulls["undecided"])
    said = [f"Of {counted(decided, 'pull request')} {which}, the new policy would stop {int(pulls['stopped']):,}"]
    said[0] += f": {int(pulls['newly_blocked']):,} of them newly, by {counted(int(pulls['authors']), 'author')}."
    if pulls["newly_passing"]:
        said.append(f"{int(pulls['newly_passing']):,} would be set free.")
    if pulls["could_not_tell"]:
        said.append(f"{int(pulls['could_not_tell']):,} would be stopped for lack of data alone.")
    if pulls["undecided"]:
        said.append(f"Of {int(pulls['undecided']):,} more it cannot be told from what is stored.")
    return " ".join(said)
