"""`ospo-gate sbom --server URL OWNER/NAME`: the SBOM that the service has stored."""

import argparse
import re

from app.cli.service import service_text
from app.settings import service_place
from checks.model.errors import UsageError
from checks.model.phrase import visible

_NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+(?:@(?P<ref>[A-Za-z0-9._/-]+))?\Z").match
#: What is decided when a document is made here.
_HERE = ("revision", "name", "version", "author", "policy", "facts", "ref")


def stored(options: argparse.Namespace) -> str:
    """The document. Raises `UsageError` for what the service refuses, `SourceError` if it cannot answer."""
    token, named = service_place().token, _NAME(options.path)
    if not token:
        raise UsageError("the service cannot be asked without OSPO_GATE_API_TOKEN")
    if named is None:
        raise UsageError(f"--server: expected OWNER/NAME or OWNER/NAME@SHA, not '{visible(options.path)}'")
    unused = [f"--{name}" for name in _HERE if getattr(options, name)] + ["--scope"] * (options.scope != "all")
    if unused:
        raise UsageError(f"{unused[0]} cannot be used with --server", hint="The service tells what it has stored.")
    repository, ref = options.path.partition("@")[0], named["ref"]
    query = {"format": options.format}
    if options.spec_version:
        query["spec_version"] = options.spec_version
    place = f"api/v1/repositories/{repository}"
    if options.pull is None:
        return service_text(options.server, token, f"{place}/sbom", query | ({"ref": ref} if ref else {}))
    if ref:
        raise UsageError("--pull: of a pull request the head that was judged last is stored", hint="Leave out @SHA.")
    return service_text(options.server, token, f"{place}/pull/{options.pull}/sbom", query)
