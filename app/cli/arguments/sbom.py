"""The arguments of `ospo-gate sbom`."""

from app.cli.arguments import Commands, add_no_cache, command

_SBOM = """\
Write a bill of materials of a folder, a manifest or a git checkout: from what lock files and manifests say, before a
build. Nothing is fetched. Equal files give equal bytes: the time is the commit's, the serial number the content's.

  ospo-gate sbom --output web.cdx.json                       CycloneDX 1.6 of the checkout around here
  ospo-gate sbom --revision v1.2.0 --scope shipped --format spdx-json
  ospo-gate sbom package-lock.json --format cyclonedx-xml --spec-version 1.7
  ospo-gate sbom bom.cdx.json --format spdx3-json            another format of an SBOM
  ospo-gate sbom --server https://gate.example.com example/web      what the service has stored
  ospo-gate sbom --format github-snapshot --ref "$GITHUB_REF"       for GitHub's dependency submission API
  ospo-gate sbom ./diff                                      a folder that is called like a command of `sbom`

exit code: 0 · 1 a manifest could not be read, which the document says, or --validate finds it not valid
"""
FORMATS = ("cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value", "spdx3-json")
#: No SBOM for others, but what GitHub's dependency graph does not read itself.
SNAPSHOT = "github-snapshot"


def add(commands: Commands, summary: str) -> None:
    sbom = command(commands, "sbom", summary, _SBOM, "app.cli.sbom:run")
    add = sbom.add_argument
    add("path", nargs="?", default=".", metavar="PATH", help="a folder or a manifest (default: here)")
    add("--format", default="cyclonedx-json", choices=(*FORMATS, SNAPSHOT), help="default: cyclonedx-json")
    add("--spec-version", metavar="V", help="of CycloneDX 1.5, 1.6 or 1.7 (default: 1.6)")
    add("--output", metavar="FILE", help="write it there")
    add("--scope", default="all", choices=("shipped", "all"), help="shipped: without tools for building, developing "
        "and testing (default: all, each with its scope)")  # fmt: skip
    add("--revision", metavar="REV", help="read this commit of the checkout, not what lies on disk")
    add("--name", help="of what is described (default: owner/name of the remote, else the folder)")
    add("--version", help="of what is described (default: the tag of the commit, else the commit)")
    add("--author", action="append", default=[], metavar="WHO", help="person or organization who answers for it")
    add("--policy", metavar="FILE|OWNER/REPO[/PATH]@REF", help="whose clarifications and choices of licenses are "
        "`concluded` (default: policy.yaml at PATH)")  # fmt: skip
    add("--repository-name", metavar="OWNER/NAME", help="for the policy's overrides (default: of the remote)")
    add("--visibility", choices=("public", "internal", "private"), help="of the repository (default: not known)")
    add("--property", action="append", default=[], metavar="NAME=VALUE", help="a custom property of the repository")
    add("--topic", action="append", default=[], metavar="NAME", help="a topic of the repository ('': it has none)")
    add("--target-branch", metavar="NAME", help="the branch whose policy counts (default: the default branch)")
    add("--facts", metavar="FILE", help="what is known about licenses, from this file (default: OSPO_GATE_FACTS)")
    add("--server", metavar="URL", help="PATH is OWNER/NAME or OWNER/NAME@SHA of this service, which tells what it has "
        "stored; the token is OSPO_GATE_API_TOKEN")  # fmt: skip
    add("--pull", type=int, metavar="N", help="with --server: of this pull request")
    add("--ref", metavar="REF", help="with --format github-snapshot: the branch of the commit, refs/heads/…")
    add("--validate", action="store_true", help="validate what was written by the official schema")
    add_no_cache(sbom)
