"""The arguments of `ospo-gate vex`."""

from app.cli.arguments import Commands, add_no_cache, command

_VEX = """\
Write what is decided about the known vulnerabilities of a tree, so that those who use it need not ask (VEX): waivers
and acceptances of the policy, and the statements that it trusts. A waiver whose reason has a code of VEX, for example
`vulnerable-code-not-in-execute-path`, becomes "not affected" with that justification, `false-positive` as well,
`update-planned` "affected, an update follows"; any other "affected, the risk is accepted until …". Malware is never
accepted. A waiver that has ended says nothing. docs/sboms.md

  ospo-gate vex --facts facts.db --repository-name example/web --output web.openvex.json
  ospo-gate vex --online --format csaf --author "Example Ltd" --author-url https://example.com

exit code: 0 · 1 nothing is decided: OpenVEX and CSAF have no document without a statement, and none is written
"""


def add(commands: Commands, summary: str) -> None:
    vex = command(commands, "vex", summary, _VEX, "app.cli.vex:run")
    add = vex.add_argument
    add("path", nargs="?", default=".", metavar="PATH", help="a folder (default: here)")
    add("--format", default="openvex", choices=("openvex", "cyclonedx", "csaf"), help="default: openvex")
    add("--output", metavar="FILE", help="write it there instead")
    add("--policy", metavar="FILE|OWNER/REPO[/PATH]@REF", help="whose decisions (default: policy.yaml of the tree)")
    add("--facts", metavar="FILE", help="which vulnerabilities are known, from this file (default: OSPO_GATE_FACTS)")
    add("--online", action="store_true", help="ask the network")
    add("--undecided", action="store_true", help="also what nobody has decided about, as under investigation")
    add("--internal", action="store_true", help="with reasons, approvers and tickets; not for the public")
    add("--author", metavar="NAME", help="who says it (default: the owner of the repository)")
    add(
        "--author-url",
        metavar="URL",
        help="CSAF: an address of the author (default: the policy's contact)",
    )
    add("--name", metavar="PRODUCT", help="what people call it (default: the repository's name, or the folder's)")
    add("--at", metavar="TIME", help="the moment at which decisions must hold, for equal documents (default: now)")
    add("--repository-name", metavar="OWNER/NAME", help="for waivers that name repositories")
    add("--visibility", choices=("public", "internal", "private"), help="of the repository (default: not known)")
    add("--property", action="append", default=[], metavar="NAME=VALUE", help="a custom property of the repository")
    add_no_cache(vex)
