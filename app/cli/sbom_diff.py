"""`ospo-gate sbom diff`: what changed between two SBOMs, whatever they are made of."""

import argparse
import json

from app.cli.drive import without_collector
from app.cli.output import say
from app.cli.sbom_side import side
from checks.sboms import comparison_report
from checks.sboms.comparison import compare


def run(options: argparse.Namespace) -> int:
    """0; with --exit-code 1 where anything differs."""
    with without_collector():
        found = compare(side(options.base, options), side(options.head, options))
        if options.format == "json":
            say(json.dumps(comparison_report.document(found, options.base, options.head), indent=2) + "\n")
        else:
            write = comparison_report.markdown if options.format == "markdown" else comparison_report.text
            say("".join(f"{line}\n" for line in write(found)))
    return 1 if options.exit_code and found else 0
