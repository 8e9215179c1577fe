"""The arguments of `ospo-gate check`."""

import argparse

from app.cli.arguments import Commands, add_no_cache, command

_CHECK = """\
Judge what HEAD changes against BASE: every package that the lock files bring, and every commit.

  ospo-gate check                                        base: the remote's default branch
  ospo-gate check --base origin/main --format json
  ospo-gate check --all                                  everything in the tree, for a tag or a release
  ospo-gate check --policy example/policy@main           the organization's policy from GitHub
  ospo-gate check --facts facts.db                       with what is known of packages, without a network
  ospo-gate check --format workflow --also sarif=gate.sarif --also markdown=summary.md
"""

#: What `check` can print.
FORMATS = ("text", "json", "sarif", "markdown", "workflow")


def add(commands: Commands, summary: str) -> None:
    check = command(commands, "check", summary, _CHECK, "app.cli.revisions:run")
    add = check.add_argument
    add(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="a folder in the git checkout to judge; with --all also a plain folder (default: here)",
    )
    add("--base", metavar="REV", help="compare with the merge base of REV and the head (default: in a workflow the "
        "pull request's base, else the remote's default branch)")  # fmt: skip
    add("--head", metavar="REV", help="the commit to judge (default: in a workflow the pull request's head, else HEAD)")
    add("--all", action="store_true", help="judge everything as it stands; no base, no commits")
    add("--policy", metavar="FILE|OWNER/REPO[/PATH]@REF", help="judge by this policy, not by the repository's own; "
        "in a workflow a FILE inside the checkout is read at the merge base too")  # fmt: skip
    add("--only", metavar="CHECK,…", help="only these checks, for example: licenses,signoff "
        "(inventory is judged in any case)")  # fmt: skip
    add("--facts", metavar="FILE", help="what is known about packages, from this file: ospo-gate facts --help "
        "(default: OSPO_GATE_FACTS)")  # fmt: skip
    add("--findings", metavar="FILE", help="what Dependency-Track reports, as `ospo-gate sbom upload --findings` "
        "wrote it; it counts where the policy has vulnerabilities.dependency_track")  # fmt: skip
    add("--online", action=argparse.BooleanOptionalAction, help="ask the sources on the network; with --facts the file "
        "serves where they are silent (default: only for --review without --facts)")  # fmt: skip
    add("--review", action="append", default=[], metavar="INPUT=VALUE", help="an input of dependency-review-action; "
        "together they judge where there is no policy: docs/migration.md")  # fmt: skip
    add("--github-license-gate", choices=("report-once", "both"), help="in a workflow, whether licenses that "
        "GitHub's own license gate reports are left to it; it is asked with GITHUB_TOKEN")  # fmt: skip
    add("--signatures", metavar="[OWNER/REPO:]PATH[@BRANCH]", help="in a workflow also judge agreements, by this file "
        "and the accounts that GitHub tells with GITHUB_TOKEN: docs/agreements-without-a-server.md")  # fmt: skip
    add("--enforce", action="store_true", help="in mode evaluate, exit 1 where it would block")
    add("--format", default="text", choices=FORMATS, help="what to print (default: text)")
    add("--output", metavar="FILE", help="write it there instead")
    add("--also", action="append", default=[], metavar="FORMAT=FILE", help="write a further format to a file; "
        "the format `outputs` appends to a GITHUB_OUTPUT file")  # fmt: skip
    add("--repository-name", metavar="OWNER/NAME", help="for waivers that name repositories")
    add("--visibility", choices=("public", "internal", "private"), help="of the repository (default: not known)")
    add("--property", action="append", default=[], metavar="NAME=VALUE", help="a custom property of the repository")
    add("--topic", action="append", default=[], metavar="NAME", help="a topic of the repository ('': it has none)")
    add("--target-branch", metavar="NAME", help="the branch that the change goes into (default: in a workflow the "
        "pull request's base)")  # fmt: skip
    add_no_cache(check)
