"""`ospo-gate sbom validate`: whether an SBOM is what its format says."""

import argparse
import json

from app.cli.output import say
from app.cli.sbom_file import read_sbom
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.sboms.validity import validity


def run(options: argparse.Namespace) -> int:
    """0; 1 where it is not valid. Raises `UsageError` where nobody can tell."""
    content, found = read_sbom(options.file)
    valid = validity(content, found)
    if valid.unknown is not None:
        hint = "Install it with: pip install 'ospo-gate[sbom]'" if valid.to_install else "Known: CycloneDX 1.2 to 1.7."
        raise UsageError(f"{options.file}: {valid.unknown}", hint=hint)
    if options.format == "json":
        faults = [{"line": fault.line, "message": fault.message} for fault in valid.faults]
        say(json.dumps({"schema": 1, "by": valid.by, "valid": not faults, "faults": faults}, indent=2) + "\n")
    elif valid.faults:
        name = visible(options.file)
        say("".join(f"{name}:{fault.line}: {fault.message}\n" for fault in valid.faults))
        say(f"{name} is not valid by {valid.by}.\n")
    else:
        say(f"{visible(options.file)} is valid by {valid.by}.\n")
    return 1 if valid.faults else 0
