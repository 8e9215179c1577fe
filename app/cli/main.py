"""Arguments, help, and the one place where errors become words and exit codes."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import TypeAlias

from app.version import VERSION
from checks.model.errors import GateError, PolicyError

#: Exit codes; 0 and 1 are verdicts (`checks.render.outcomes`).
USAGE = 2
INTERNAL = 3

_DESCRIPTION = """\
Judge a change against your open source policy: licenses, sign-off, and what could not be read.

  ospo-gate check                     the current branch against the default branch
  ospo-gate check --all               everything in the tree, for a tag or a release
  ospo-gate inventory package-lock.json
  ospo-gate diff v1.0 v1.1            what changed between two revisions, folders or files
  ospo-gate policy init               write a first policy.yaml
  ospo-gate facts build --for . --output facts.db         for judging without a network
"""

_EPILOG = """\
exit codes: 0 passed, warned, would block in mode evaluate, or nothing to check · 1 blocked or could not be judged ·
            2 usage or policy error, or nothing could be read · 3 internal error
The policy is read from the merge base, never from the branch under judgment, unless --policy names one.
"""

_SERVE = """\
Run the webhook service and its worker in one process. Settings come from the environment: docs/settings.md.
"""

_INVENTORY = """\
List what the manifests at PATH say, without judging it. purl: sorted, unique, one a line.

  ospo-gate inventory .                     every manifest below here
  ospo-gate inventory uv.lock --format json
  ospo-gate inventory package-lock.json --format tree     why each package is there
"""

_DIFF = """\
List what changed: added, removed, updated, moved between scopes, and re-sourced (the same version from another
address or with another hash), each with its line and the chain that brings it. It judges nothing: the exit code is 0.

  ospo-gate diff v1.0 v1.1                       two revisions of this checkout, exactly these two
  ospo-gate diff main HEAD packages/web          only below this path
  ospo-gate diff old/uv.lock uv.lock             two files; ./name where a branch has the same name
  ospo-gate diff v1.0 v1.1 --format markdown     for release notes
"""

_NOTICES = """\
Write the third-party notices of a checkout: every package, the license it is used under, who claims copyright, each
license text once, and NOTICE files. Texts are read from where packages are installed or vendored; nothing is fetched.
Equal packages give equal bytes. Which license is chosen where one offers several is the policy's decision.

  ospo-gate notices --output THIRD-PARTY-NOTICES.md
  ospo-gate notices web --format html --output notices.html
  ospo-gate notices --check THIRD-PARTY-NOTICES.md          exit code 1 and the difference if it is not up to date
"""

_FACTS = """\
A facts file holds what a verdict needs to know about packages: made where there is a network, used where there is none.

  ospo-gate facts build --for . --output facts.db         what the lock files below here need
  ospo-gate facts update facts.db                         ask again
  ospo-gate facts show pkg:npm/left-pad@1.3.0 --facts facts.db
  ospo-gate check --facts facts.db
"""

_ASK = """\
Say whether a package may be used, before anybody has written code: the answer, why, and what may be used instead.

  ospo-gate ask npm:left-pad@1.3.0
  ospo-gate ask pypi:requests                   the newest version that may be used
  ospo-gate ask @scope/name --scope development --policy example/policy@main

exit code: 0 yes · 1 no, not now, or it cannot be said
"""

_IMPORT = """\
Write a policy that says what the configuration of another tool says, and list what will be judged differently.

  ospo-gate policy import .github/dependency-review-config.yml --output policy.yaml
  ospo-gate policy import deny.toml --approved-by @example/security --format markdown
  ospo-gate policy import .github/workflows/review.yml      the inputs of dependency-review-action
"""
#: What `policy import` reads.
_KINDS = (
    *("cargo-deny", "dependabot", "dependency-review", "licensed", "liccheck", "ort-classifications", "ort-curations"),
    *("ort-repository", "ort-resolutions", "osv-scanner", "renovate", "scancode", "snyk", "trivy", "trivy-yaml"),
)

#: What `check` can print.
FORMATS = ("text", "json", "sarif", "markdown", "workflow")

_CHECK = """\
Judge what HEAD changes against BASE: every package that the lock files bring, and every commit.

  ospo-gate check                                        base: the remote's default branch
  ospo-gate check --base origin/main --format json
  ospo-gate check --all                                  everything in the tree, for a tag or a release
  ospo-gate check --policy example/policy@main           the organization's policy from GitHub
  ospo-gate check --facts facts.db                       with what is known of packages, without a network
  ospo-gate check --format workflow --also sarif=gate.sarif --also markdown=summary.md
"""


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole command line, or as much of it as the command `only` needs: each further parser costs a millisecond."""
    top = argparse.ArgumentParser(
        "ospo-gate", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    top.add_argument("--version", action="version", version=f"ospo-gate {VERSION}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, add in _COMMANDS.items():
        if only in (None, name):
            add(commands)
    return top


def _add(commands: _Commands, name: str, summary: str, description: str, run: str) -> argparse.ArgumentParser:
    """A subcommand; `run` is `module:function`, imported only when it runs."""
    command = commands.add_parser(
        name, help=summary, description=description, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    command.set_defaults(run=run)
    return command


def _add_check(commands: _Commands) -> None:
    check = _add(commands, "check", "judge a change, or a whole tree", _CHECK, "app.cli.check:run")
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
    add("--online", action=argparse.BooleanOptionalAction, help="ask the sources on the network; with --facts the file "
        "serves where they are silent (default: only for --review without --facts)")  # fmt: skip
    add("--review", action="append", default=[], metavar="INPUT=VALUE", help="an input of dependency-review-action; "
        "together they judge where there is no policy: docs/migration.md")  # fmt: skip
    add("--github-license-gate", choices=("report-once", "both"), help="in a workflow, whether licenses that "
        "GitHub's own license gate reports are left to it; it is asked with GITHUB_TOKEN")  # fmt: skip
    add("--enforce", action="store_true", help="in mode evaluate, exit 1 where it would block")
    add("--format", default="text", choices=FORMATS, help="what to print (default: text)")
    add("--output", metavar="FILE", help="write it there instead")
    add("--also", action="append", default=[], metavar="FORMAT=FILE", help="write a further format to a file; "
        "the format `outputs` appends to a GITHUB_OUTPUT file")  # fmt: skip
    add("--repository-name", metavar="OWNER/NAME", help="for waivers that name repositories")
    add("--visibility", choices=("public", "internal", "private"), help="of the repository (default: not known)")
    add("--property", action="append", default=[], metavar="NAME=VALUE", help="a custom property of the repository")
    _add_no_cache(check)


def _add_inventory(commands: _Commands) -> None:
    inventory = _add(
        commands, "inventory", "list the packages of a lock file or a tree", _INVENTORY, "app.cli.inventory:run"
    )
    inventory.add_argument("path", metavar="PATH", help="a manifest or a folder")
    inventory.add_argument(
        "--format", default="table", choices=("purl", "table", "json", "tree"), help="default: table"
    )
    inventory.add_argument("--details", action="store_true", help="purl: add tab-separated line=, scope=, direct=")
    _add_no_cache(inventory)


def _add_diff(commands: _Commands) -> None:
    diff = _add(
        commands, "diff", "list what changed between two revisions, folders or files", _DIFF, "app.cli.diff:run"
    )
    diff.add_argument("base", metavar="BASE", help="a revision, a folder or a manifest")
    diff.add_argument("head", metavar="HEAD", help="the same kind of thing, later")
    diff.add_argument("path", nargs="?", metavar="PATH", help="only manifests at or below this path of the checkout")
    diff.add_argument("--format", default="text", choices=("text", "json", "markdown"), help="default: text")
    _add_no_cache(diff)


def _add_notices(commands: _Commands) -> None:
    notices = _add(commands, "notices", "write third-party notices, or check them", _NOTICES, "app.cli.notices:run")
    add = notices.add_argument
    add("path", nargs="?", default=".", metavar="PATH", help="a folder or a manifest (default: here)")
    add("--format", choices=("text", "markdown", "html"), help="default: by the file's ending, else text")
    target = notices.add_mutually_exclusive_group()
    target.add_argument("--output", metavar="FILE", help="write them there")
    target.add_argument("--check", metavar="FILE", help="compare with this file instead of writing")
    add("--scope", default="shipped", choices=("shipped", "all"), help="all: with tools for building, developing and "
        "testing (default: shipped)")  # fmt: skip
    add("--policy", metavar="FILE", help="default: policy.yaml at PATH, else the built-in one")
    _add_no_cache(notices)


def _add_no_cache(command: argparse.ArgumentParser) -> None:
    command.add_argument("--no-cache", action="store_true", help="parse everything anew, and keep nothing")


def _add_policy(commands: _Commands) -> None:
    policy = _add(commands, "policy", "write, check and explain a policy", "Work on a policy file.", "")
    verbs = policy.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in (
        ("init", "write a first policy.yaml that only evaluates"),
        ("validate", "say whether a policy is valid, and every fault if not"),
        ("explain", "print every effective value and the line that it came from"),
    ):
        verb = _add(verbs, name, summary, summary[:1].upper() + summary[1:] + ".", f"app.cli.policy:{name}")
        note = "" if name == "init" else "; - reads standard input"
        verb.add_argument("file", nargs="?", default="policy.yaml", metavar="FILE", help=f"default: policy.yaml{note}")
        if name == "validate":
            verb.add_argument("--format", default="text", choices=("text", "json"), help="default: text")
    _add_import(verbs)
    _add(
        verbs,
        "schema",
        "print the JSON Schema for editors",
        "Print the JSON Schema of policy.yaml.",
        "app.cli.policy:schema",
    )


def _add_import(verbs: _Commands) -> None:
    add = _add(verbs, "import", "turn another tool's configuration into a policy", _IMPORT, "app.cli.imports:run"
        ).add_argument  # fmt: skip
    add("file", metavar="FILE", help="what to import; - reads standard input")
    add("--from", dest="kind", choices=_KINDS, metavar="KIND", help="what it is, if it does not say so itself: "
        + ", ".join(_KINDS))  # fmt: skip
    add("--output", metavar="FILE", help="write the policy there and print the table (default: print the policy, the "
        "table on standard error)")  # fmt: skip
    add("--approved-by", metavar="@WHO", help="who answers for what was ignored so far: @login or @organization/team")
    add("--waivers-end", metavar="YYYY-MM-DD", help="last day of ignores that have no end (default: 90 days from now)")
    add("--format", default="text", choices=("text", "markdown", "json"), help="of the table (default: text)")


def _add_facts(commands: _Commands) -> None:
    facts = _add(commands, "facts", "make, renew and show a file with facts for judging offline", _FACTS, "")
    verbs = facts.add_subparsers(dest="verb", metavar="VERB", required=True)
    build = _add(
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
    update = _add(
        verbs, "update", "ask again for all that is in it", "Renew a facts file where it lies.", "app.cli.facts:update"
    )
    update.add_argument("file", metavar="FILE", help="the facts file to renew")
    show = _add(verbs, "show", "what it holds, with source and age", "Show what a facts file holds.",
        "app.cli.facts_show:show").add_argument  # fmt: skip
    show("package", nargs="?", metavar="PACKAGE[@VERSION]", help="a package URL (default: a summary of the file)")
    show("--facts", metavar="FILE", help="default: OSPO_GATE_FACTS")
    show("--format", default="text", choices=("text", "json"), help="default: text")


def _add_ask(commands: _Commands) -> None:
    ask = _add(commands, "ask", "say whether a package may be used", _ASK, "app.cli.ask:run").add_argument
    ask("package", metavar="PACKAGE[@VERSION]", help="npm:left-pad@1.3.0, pypi:requests, @scope/name, or a package URL")
    ask("--in", dest="path", default=".", metavar="FOLDER", help="whose policy.yaml answers, and whose manifests tell "
        "what a bare name is (default: here)")  # fmt: skip
    ask("--policy", metavar="FILE|OWNER/REPO[/PATH]@REF", help="answer by this policy")
    ask("--scope", default="runtime", choices=("runtime", "optional", "development", "build", "test"),
        help="what it is wanted for (default: runtime)")  # fmt: skip
    ask("--facts", metavar="FILE", help="answer from this file (default: OSPO_GATE_FACTS)")
    ask("--online", action="store_true", help="ask the network, too, where there is a facts file; without one it is "
        "asked in any case")  # fmt: skip
    ask("--offline", action="store_true", help="never ask the network")
    ask("--repository-name", metavar="OWNER/NAME", help="for waivers that name repositories")
    ask("--visibility", choices=("public", "internal", "private"), help="of the repository (default: not known)")
    ask("--property", action="append", default=[], metavar="NAME=VALUE", help="a custom property of the repository")
    ask("--format", default="text", choices=("text", "json"), help="default: text")


def _add_serve(commands: _Commands) -> None:
    _add(commands, "serve", "run the GitHub App's service", _SERVE, "app.cli.serve:run")


_COMMANDS = {
    "check": _add_check,
    "inventory": _add_inventory,
    "diff": _add_diff,
    "notices": _add_notices,
    "policy": _add_policy,
    "facts": _add_facts,
    "ask": _add_ask,
    "serve": _add_serve,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        # UTF-8 everywhere; halves of surrogate pairs, which file names that are no UTF-8 become, are written escaped.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words:
        parser().print_help(sys.stderr)
        return USAGE
    options = parser(words[0] if words and words[0] in _COMMANDS else None).parse_args(words)
    module, function = options.run.split(":")
    in_workflow = getattr(options, "format", None) == "workflow"
    try:
        code = int(getattr(import_module(module), function)(options))
        sys.stdout.flush()
        return code
    except GateError as error:
        _say(error, in_workflow)
        return USAGE
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not an error of ours. Nothing may fail again when python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception:
        return _internal_error(in_workflow)


def _say(error: GateError, in_workflow: bool) -> None:
    """In a workflow an annotation, which people see without opening the log."""
    if in_workflow:
        from checks.render.workflow import error as command

        print(command("\n".join(filter(None, (str(error), error.hint)))))
        return
    print(str(error) if isinstance(error, PolicyError) else f"ospo-gate: {error}", file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)


def _internal_error(in_workflow: bool) -> int:
    """A fault of ours: a report that can be pasted into an issue. No line of it is a command to a runner."""
    import platform
    import traceback

    stop = os.urandom(16).hex()
    if in_workflow:
        print(f"::stop-commands::{stop}", file=sys.stderr)
    traceback.print_exc()
    print(
        f"\nospo-gate: this is a fault of ospo-gate, not of your change. Please report the lines above with: "
        f"ospo-gate {VERSION}, Python {platform.python_version()}, {platform.system()}.",
        file=sys.stderr,
    )
    if in_workflow:
        print(f"::{stop}::", file=sys.stderr)
    return INTERNAL


if __name__ == "__main__":
    sys.exit(main())
