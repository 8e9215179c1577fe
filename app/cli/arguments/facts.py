"""The arguments of `ospo-gate facts`."""

from app.cli.arguments import Commands, command

_FACTS = """\
A facts file holds what a verdict needs to know about packages: made where there is a network, used where there is none.

  ospo-gate facts build --for . --output facts.db         what the lock files below here need
  ospo-gate facts update facts.db                         ask again
  ospo-gate facts show pkg:npm/left-pad@1.3.0 --facts facts.db
  ospo-gate check --facts facts.db
"""


def add(commands: Commands, summary: str) -> None:
    facts = command(commands, "facts", summary, _FACTS, "")
    verbs = facts.add_subparsers(dest="verb", metavar="VERB", required=True)
    build = command(
        verbs, "build", "write a facts file", "Write a facts file. docs/offline.md", "app.cli.facts:build"
    ).add_argument
    build("--for", dest="paths", nargs="+", default=[], metavar="PATH", help="folders and manifests whose packages are "
        "needed, all versions in them")  # fmt: skip
    build("--output", required=True, metavar="FILE", help="write it there; an old one stays until the new one is whole")
    build("--offline-osv", nargs="+", action="extend", default=[], metavar="PATH", help="take advisories from OSV's "
        "exports (<ECOSYSTEM>/all.zip, or folders), and ask nobody")  # fmt: skip
    build("--offline-kev", metavar="FILE", help="take from this copy of CISA's catalog what is exploited")
    build("--online", action="store_true", help="with --offline-osv: ask the network for the rest")
    build("--all", action="store_true", help="also the lists of releases; of exports every advisory, so that "
        "any package can be judged")  # fmt: skip
    build("--policy", metavar="FILE", help="what it asks is in the file in any case (default: policy.yaml at the first "
        "PATH)")  # fmt: skip
    build("--no-cache", action="store_true", help="parse everything anew, and keep nothing")
    update = command(
        verbs, "update", "ask again for all that is in it", "Renew a facts file where it lies.", "app.cli.facts:update"
    )
    update.add_argument("file", metavar="FILE", help="the facts file to renew")
    show = command(verbs, "show", "what it holds, with source and age", "Show what a facts file holds.",
        "app.cli.facts_show:show").add_argument  # fmt: skip
    show("package", nargs="?", metavar="PACKAGE[@VERSION]", help="a package URL (default: a summary of the file)")
    show("--facts", metavar="FILE", help="default: OSPO_GATE_FACTS")
    show("--format", default="text", choices=("text", "json"), help="default: text")
