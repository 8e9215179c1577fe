"""The arguments of `ospo-gate sbom upload`."""

from app.cli.arguments import Commands, command

_UPLOAD = """\
Upload a CycloneDX document to Dependency-Track (version 4 or 5) and wait until it was taken in. The API key is
OSPO_GATE_DEPENDENCY_TRACK_API_KEY; it needs BOM_UPLOAD, PROJECT_CREATION_UPLOAD and VIEW_PORTFOLIO.

  ospo-gate sbom upload web.cdx.json --server https://track.example.com --project example/web --version main

With --findings, what the server finds in the project is read back and written as CycloneDX: vulnerabilities with their
analyses, and violated policies. The key needs VIEW_VULNERABILITY and VIEW_POLICY_VIOLATION for that, too.
`ospo-gate check --findings FILE` judges with it where the policy has `vulnerabilities.dependency_track`.

exit code: 0 it was taken in · 1 it was not, or not in time · 2 it cannot be uploaded
"""


def add(commands: Commands, summary: str) -> None:
    add = command(commands, "sbom upload", summary, _UPLOAD, "app.cli.sbom_upload:run").add_argument
    add("file", metavar="FILE", help="CycloneDX, as JSON or XML; - reads standard input")
    add("--server", metavar="URL", help="default: OSPO_GATE_DEPENDENCY_TRACK_URL")
    add("--project", required=True, metavar="NAME", help="it is made if there is none")
    add("--version", required=True, metavar="V", help="of the project; it becomes the latest one")
    add("--findings", metavar="FILE", help="write there what it finds in the project; - prints it")
    add("--wait", type=int, default=300, metavar="SECONDS", help="for its being taken in (default: 300)")
