"""Arguments, help, and the one place where errors become words and exit codes."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from app.version import VERSION
from checks.model.errors import GateError, PolicyError

#: Exit codes; 0 and 1 are verdicts (`checks.render.outcomes`).
USAGE = 2
INTERNAL = 3

_DESCRIPTION = """\
Judge a change against your open source policy, and say what is in it.

  ospo-gate check                     the current branch against the default branch
  ospo-gate check --all               everything in the tree, for a tag or a release
  ospo-gate inventory package-lock.json
  ospo-gate diff v1.0 v1.1            what changed between two revisions, folders or files
  ospo-gate sbom --output web.cdx.json                    what is in it, for others
  ospo-gate sbom . --output bom.cdx.json
  ospo-gate policy init               write a first policy.yaml
  ospo-gate facts build --for . --output facts.db         for judging without a network
"""

_EPILOG = """\
exit codes: 0 passed, warned, would block in mode evaluate, or nothing to check · 1 blocked or could not be judged ·
            2 usage or policy error, or nothing could be read · 3 internal error
The policy is read from the merge base, never from the branch under judgment, unless --policy names one.
"""


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """The command line: with all that `only` takes, or else with the names of all commands."""
    top = argparse.ArgumentParser(
        "ospo-gate", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    top.add_argument("--version", action="version", version=f"ospo-gate {VERSION}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    if only is None:
        for name, summary in COMMANDS.items():
            commands.add_parser(name, help=summary, add_help=False)
    else:
        import_module(f"app.cli.arguments.{only.replace(' ', '_')}").add(commands, COMMANDS[only])
    return top


#: Every command, with the summary that `--help` shows.
COMMANDS = {
    "check": "judge a change, or a whole tree",
    "inventory": "list the packages of a lock file or a tree",
    "diff": "list what changed between two revisions, folders or files",
    "notices": "write third-party notices, or check them",
    "sbom": "write a bill of materials",
    "sbom diff": "list what differs between two SBOMs",
    "sbom merge": "write one bill of materials of several",
    "sbom score": "say how well an SBOM describes, and what it lacks",
    "sbom upload": "upload an SBOM to Dependency-Track",
    "sbom validate": "say whether an SBOM is what its format says",
    "vex": "say what is decided about the vulnerabilities of a tree",
    "policy": "write, check and explain a policy",
    "policy versions": "list the versions of the organization's policy that the service has seen",
    "agreements": "import, export and show signatures of contributor agreements in files",
    "sign": "judge and record signatures of agreements in GitHub Actions, without a server",
    "facts": "make, renew and show a file with facts for judging offline",
    "ask": "say whether a package may be used",
    "where": "say which repositories use a package, a license or what an advisory affects",
    "serve": "run the GitHub App's service",
    "setup": "say how the GitHub App is set up by hand, what is left to do, and how to leave",
    "backfill": "have default branches read, and say how far that has come",
    "work": "run the service's workers without its web server",
    "deliveries": "list the webhooks that the service accepted, and do one again",
    "pause": "make every verdict neutral for a time, with a reason",
    "resume": "end a pause before its time",
    "doctor": "say whether the service, its GitHub App and its rules are as they should be",
    "db": "look after the service's database: its schema, back-ups, a person's data",
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
    if " ".join(words[:2]) in COMMANDS:
        words[:2] = [" ".join(words[:2])]  # a command of a command: `sbom diff`
    if words[0] not in COMMANDS:
        parser().parse_args(words)
        parser().error("the command comes first")
    options = parser(words[0]).parse_args(words)
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
