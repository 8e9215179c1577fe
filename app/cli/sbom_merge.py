"""`ospo-gate sbom merge`: one SBOM for a product out of those of what it consists of."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.cli.drive import without_collector
from app.cli.output import check_target, say, write_file
from app.cli.sbom import check_version, validate
from app.cli.sbom_side import side
from app.settings import command_environment
from app.version import VERSION
from checks.model.phrase import visible
from checks.sboms.assembly import About
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.formats import write
from checks.sboms.inert import inert
from checks.sboms.merge import merge


def run(options: argparse.Namespace) -> int:
    """0; 1 where the document is not valid. Where inputs contradict each other stands in it and on standard error."""
    if options.output:
        check_target(Path(options.output))
    check_version(options.format, options.spec_version)
    with without_collector():
        inputs = [side(name, options) for name in options.inputs]
        content = merge(inputs, _about(options))
        if content.created is None and options.format.startswith("spdx"):
            now = datetime.now(UTC)  # the format demands one: SOURCE_DATE_EPOCH makes equal bytes
            content = content._replace(created=f"{now:%Y-%m-%dT%H:%M:%SZ}")
        text = write(content, options.format, options.spec_version)
    if options.output:
        write_file(Path(options.output), text)
    else:
        say(text)
    _report(content, inputs)
    return validate(text) if options.validate else 0


def _report(content: Content, inputs: Sequence[Content]) -> None:
    """On standard error: where inputs contradict each other; what they could not read they said themselves."""
    known = {text for one in inputs for said in one.unread for text in (said, f"{one.subject.label}: {said}")}
    called = Counter(one.subject.label for one in dict.fromkeys(inputs) if not one.parts)
    for label, count in called.items():
        if count > 1:
            print(f"{visible(label)}: {count} different inputs are called so, and are one part.", file=sys.stderr)
    for sentence in content.unread:
        if sentence not in known:
            print(sentence, file=sys.stderr)


def _about(options: argparse.Namespace) -> About:
    created = command_environment().source_date
    return About(
        Subject(inert(options.name) or "unnamed", inert(options.version) if options.version else None),
        Tool("ospo-gate", VERSION),
        f"{created:%Y-%m-%dT%H:%M:%SZ}" if created else None,
        tuple(inert(author) for author in options.author),
    )
