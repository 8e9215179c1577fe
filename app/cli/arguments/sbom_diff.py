"""The arguments of `ospo-gate sbom diff`."""

from app.cli.arguments import Commands, add_no_cache, command

_DIFF = """\
List what differs between two SBOMs, by package: added, removed, updated, relicensed (another license), moved (another
scope), re-sourced (the same version with another hash or address). CycloneDX and SPDX of any format, one against
another too; a manifest, a folder or a revision stands for the SBOM that would be made of it. It judges nothing.

  ospo-gate sbom diff old.cdx.json new.spdx.json
  ospo-gate sbom diff v1.0 v1.1                       two revisions of this checkout
  ospo-gate sbom diff sbom.cdx.json .                 what a committed SBOM says, and what there is
  ospo-gate sbom diff example/web@4f2c1a9 . --format markdown       what the service stores

exit code: 0 · 1 with --exit-code, if anything differs
"""


def add(commands: Commands, summary: str) -> None:
    diff = command(commands, "sbom diff", summary, _DIFF, "app.cli.sbom_diff:run")
    add = diff.add_argument
    add("base", metavar="BASE", help="an SBOM (- reads standard input), a manifest, a folder, a revision, or "
        "OWNER/NAME@SHA of the service")  # fmt: skip
    add("head", metavar="HEAD", help="the same, later")
    add("--format", default="text", choices=("text", "json", "markdown"), help="default: text")
    add("--exit-code", action="store_true", help="exit with 1 if anything differs")
    add("--server", metavar="URL", help="the service (default: OSPO_GATE_SERVER); the token is OSPO_GATE_API_TOKEN")
    add_no_cache(diff)
