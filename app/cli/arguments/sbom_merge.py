"""The arguments of `ospo-gate sbom merge`."""

from app.cli.arguments import Commands, add_no_cache, command
from app.cli.arguments.sbom import FORMATS

_MERGE = """\
Write one SBOM of a product out of those of the repositories that it consists of. Each keeps its own roots, and is an
application in the product; equal components stand in it once, with all that have them. Different hashes stay different
components, and where licenses are stated differently every statement is kept. Equal inputs give equal bytes, in
whatever order.

  ospo-gate sbom merge web.cdx.json api.spdx.json --name example/shop --version 7 --output shop.cdx.json
  ospo-gate sbom merge ../web ../api --name example/shop
  ospo-gate sbom merge example/web example/api --name example/shop        what the service stores

exit code: 0 · 1 --validate finds it not valid
"""


def add(commands: Commands, summary: str) -> None:
    merge = command(commands, "sbom merge", summary, _MERGE, "app.cli.sbom_merge:run")
    add = merge.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="an SBOM (- reads standard input), a manifest, a folder, a "
        "revision, or OWNER/NAME[@SHA] of the service")  # fmt: skip
    add("--name", required=True, help="of the product")
    add("--version", help="of the product")
    add("--author", action="append", default=[], metavar="WHO", help="person or organization who answers for it")
    add("--format", default="cyclonedx-json", choices=FORMATS, help="default: cyclonedx-json")
    add("--spec-version", metavar="V", help="of CycloneDX 1.5, 1.6 or 1.7 (default: 1.6)")
    add("--output", metavar="FILE", help="write it there")
    add("--validate", action="store_true", help="validate what was written by the official schema")
    add("--server", metavar="URL", help="the service (default: OSPO_GATE_SERVER); the token is OSPO_GATE_API_TOKEN")
    add_no_cache(merge)
