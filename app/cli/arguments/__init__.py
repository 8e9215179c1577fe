"""The command line, a module for each command: what is not asked for is not built."""

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def command(commands: Commands, name: str, summary: str, description: str, run: str) -> argparse.ArgumentParser:
    """A subcommand; `run` is `module:function`, imported only when it runs."""
    added = commands.add_parser(
        name, help=summary, description=description, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    added.set_defaults(run=run)
    return added


def add_no_cache(command: argparse.ArgumentParser) -> None:
    command.add_argument("--no-cache", action="store_true", help="parse everything anew, and keep nothing")
