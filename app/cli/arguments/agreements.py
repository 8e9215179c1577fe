"""The arguments of `ospo-gate agreements`."""

from app.cli.arguments import Commands, command

_AGREEMENTS = """\
Signatures of contributor agreements in files: ours (JSON, one record a line), the CLA action's (signedContributors),
the export of cla-assistant (CSV or JSON) and tables of the kind that EasyCLA has.

  ospo-gate agreements import signatures/version1/cla.json --document "Example CLA" --output signatures.json
  ospo-gate agreements import export.csv --document "Example CLA" --version 2 --policy policy.yaml
  ospo-gate agreements import cla.json --document "Example CLA" --allowlist 'bot*,dependabot[bot]'
  ospo-gate agreements export signatures.json --format csv --output signatures.csv
  ospo-gate agreements show signatures.json --person ada --policy policy.yaml

Without --output and --into-service an import writes nothing, and says what would become of the file. A file of ours
that is there already is added to: what stands in it stays, and what it has is not added twice.

exit code: 0 done · 1 something does not match, or the person has not signed · 2 usage
"""
_FORMATS = ("json", "csv", "cla-action")


def add(commands: Commands, summary: str) -> None:
    verbs = command(commands, "agreements", summary, _AGREEMENTS, "").add_subparsers(
        dest="verb", metavar="VERB", required=True
    )
    taken = command(verbs, "import", "take over signatures", _AGREEMENTS, "app.cli.agreements:imported").add_argument
    taken("file", metavar="FILE", help="what another tool keeps, or a file of ours")
    taken("--document", metavar="NAME", help="which agreement was signed, as the policy names it")
    taken(
        "--company-document",
        metavar="NAME",
        help="which one companies signed (default: the policy's only one for them)",
    )
    taken("--version", metavar="VERSION", help="which version was signed (default: what the file or its path says)")
    taken("--policy", metavar="FILE", help="a policy, to see what does not fit to it")
    taken("--repository-name", metavar="OWNER/NAME", help="the repository that the pull requests are of")
    taken("--allowlist", metavar="LIST", help="of the CLA action: say what becomes of it, and whom it loses")
    taken("--output", metavar="FILE", help="the file of ours to write, or to add to")
    taken("--into-service", action="store_true", help="add them to the service's database, OSPO_GATE_DATABASE")
    given = command(verbs, "export", "write signatures for others", _AGREEMENTS, "app.cli.agreements:exported")
    given.add_argument("file", metavar="FILE", help="a file of ours")
    given.add_argument("--format", default="json", choices=_FORMATS, help="default: json")
    given.add_argument("--output", metavar="FILE", help="where to write (default: standard output)")
    shown = command(verbs, "show", "say who has signed what", _AGREEMENTS, "app.cli.agreements:shown").add_argument
    shown("file", metavar="FILE", help="a file of ours")
    shown("--person", metavar="LOGIN|NUMBER", help="what one person has signed, and whether it counts")
    shown("--policy", metavar="FILE", help="the policy by which it counts")
