"""The arguments of `ospo-gate sbom score`."""

from app.cli.arguments import Commands, command

_SCORE = """\
Say how well an SBOM describes what it lists: a score from 0 to 10 with its formula, and the minimum elements of each
edition with the components that miss them. CycloneDX in JSON and XML, SPDX 2 and SPDX 3. docs/sbom-quality.md

  ospo-gate sbom score web.cdx.json
  ospo-gate sbom score web.spdx --minimum-elements cisa,bsi --complete 99%
  ospo-gate sbom --format spdx3-json | ospo-gate sbom score - --format json

exit code: 0 · 1 an element of what --minimum-elements names is not reached
"""


def add(commands: Commands, summary: str) -> None:
    add = command(commands, "sbom score", summary, _SCORE, "app.cli.sbom_score:run").add_argument
    add("file", metavar="FILE", help="the SBOM; - reads standard input")
    add("--minimum-elements", metavar="EDITION,…", help="ntia, cisa, cisa-2026, bsi or cra (default: all are shown)")
    add("--complete", default="95%", metavar="N%", help="the share of components that must have an element "
        "(default: 95%%)")  # fmt: skip
    add("--format", default="text", choices=("text", "json"), help="default: text")
