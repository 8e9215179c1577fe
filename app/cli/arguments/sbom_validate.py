"""The arguments of `ospo-gate sbom validate`."""

from app.cli.arguments import Commands, command

_VALIDATE = """\
Say whether an SBOM is what its format says: CycloneDX by the official JSON or XML schema of its version, SPDX by what
its specification demands. CycloneDX needs the extra 'sbom'.

  ospo-gate sbom validate web.cdx.json
  ospo-gate sbom validate - < web.spdx

exit code: 0 it is valid · 1 it is not · 2 nobody can tell
"""


def add(commands: Commands, summary: str) -> None:
    add = command(commands, "sbom validate", summary, _VALIDATE, "app.cli.sbom_validate:run").add_argument
    add("file", metavar="FILE", help="the SBOM; - reads standard input")
    add("--format", default="text", choices=("text", "json"), help="default: text")
