"""OpenSSF Scorecard: the checks that the project publishes each week for popular repositories."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from checks.facts.exchange import Answer, Request, UnreadableAnswer, object_of, said
from checks.facts.fields import mappings, number, text
from checks.facts.names import repository_of, segment
from checks.model.facts import PackageKey, Questions, Want
from checks.model.packages import Known, PackageFacts, Score, Scorecard
from checks.model.purl import type_of

SOURCE = "Scorecard"


def answers(purl_type: str) -> Want:
    """Any type: it answers about repositories."""
    return Want.HEALTH


def requests(questions: Questions, repositories: Mapping[str, str] = MappingProxyType({})) -> Iterator[Request]:
    """One request for each repository on GitHub. `repositories` are those that are known, by purl
    (`PackageFacts.repository`); a `pkg:github/…` is one itself."""
    keys: dict[str, list[PackageKey]] = {}
    for key, want in questions.items():
        repository = repositories.get(key[0]) or _own(key[0])
        if want & Want.HEALTH and repository and (known := repository_of("https://" + repository)):
            keys.setdefault(known, []).append(key)
    for repository, found in keys.items():
        path = "projects/" + "/".join(map(segment, repository.split("/")))
        yield Request(path, tuple(found), Want.HEALTH, subjects=(repository,) * len(found))


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """The card of one repository."""
    card = read_scorecard(object_of(document), "score")
    if card is None:
        raise UnreadableAnswer("it has no list of checks")
    known = PackageFacts(scorecard=Known(card, SOURCE, as_of))
    return said(SOURCE, as_of, packages={purl: known for purl, _ in request.keys})


def read_scorecard(card: Mapping[str, object], overall: str) -> Scorecard | None:
    """A card as Scorecard or deps.dev gives it; `overall` is the key of its score. A score below 0 did not run."""
    if not isinstance(card.get("checks"), list):
        return None
    checks = [
        Score(name, _score(check.get("score", 0)), text(check.get("reason")) or "")
        for check in mappings(card["checks"])
        if (name := text(check.get("name")))
    ]
    return Scorecard(_score(card.get(overall)), tuple(checks))


def _score(value: object) -> float | None:
    score = number(value)
    return score if score is not None and 0 <= score <= 10 else None


def _own(purl: str) -> str | None:
    return "github.com/" + purl.removeprefix("pkg:github/") if type_of(purl) == "github" else None
