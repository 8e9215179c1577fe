"""`ospo-gate sbom score`: how well an SBOM describes, with the formula, and what minimum elements it lacks."""

import argparse

from app.cli.output import say
from app.cli.sbom_file import read_sbom
from checks.model.errors import UsageError
from checks.sboms.elements import EDITIONS, coverage
from checks.sboms.score import score
from checks.sboms.scorecard import Scorecard, document, text
from checks.sboms.terms import Percentage
from checks.sboms.validity import validity


def run(options: argparse.Namespace) -> int:
    """0; 1 where elements that `--minimum-elements` names are not reached."""
    names, share = _editions(options.minimum_elements), _share(options.complete)
    content, found = read_sbom(options.file)
    valid = validity(content, found)
    card = Scorecard(
        options.file,
        found.described,
        score(found.described, valid),
        valid,
        tuple((EDITIONS[name], coverage(found.described, EDITIONS[name])) for name in names),
        share.permille,
    )
    if options.format == "json":
        import json

        say(json.dumps(document(card), indent=2) + "\n")
    else:
        say("".join(f"{line}\n" for line in text(card)))
    return 1 if options.minimum_elements and not card.complete else 0


def _editions(given: str | None) -> tuple[str, ...]:
    if given is None:
        return tuple(EDITIONS)
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    unknown = next((name for name in names if name not in EDITIONS), None)
    if unknown is not None or not names:
        raise UsageError(f"--minimum-elements: there is no '{unknown or ''}'", hint="Known: " + ", ".join(EDITIONS))
    return names


def _share(given: str) -> Percentage:
    try:
        return Percentage.parse(given)
    except ValueError as error:
        raise UsageError(f"--complete: {error}") from None
