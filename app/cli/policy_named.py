"""The policy file that a `policy` command works on, with what it extends and the decisions beside it."""

import os
import sys
from pathlib import Path

from app.cli.policy_files import MAX_BYTES, named_policies, policies_in
from app.settings import CommandEnvironment
from checks.model.errors import UsageError
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet


def policies_at(name: str, environment: CommandEnvironment) -> PolicySet:
    """The policy in a file, at REVISION:PATH of git, at owner/repo[/path]@ref on GitHub, or on standard input for `-`.

    Raises as `named_policies`."""
    if name == "-":
        return policies_in(Path(), PolicyFiles(read(name), shown_name(name)), environment)
    if not os.path.exists(name) and ":" in name:
        from app.cli.policy_given import policy_given

        if (found := policy_given(name)) is not None:
            return found
    if "@" not in name or os.path.exists(name):
        read(name, most=0)
    return named_policies(name, environment, option="")


def shown_name(file: str) -> str:
    return "<stdin>" if file == "-" else file


def read(name: str, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file, or of standard input for `-`; no more of them than a policy may have."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(most)
        with Path(name).open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        hint = "Write a first one with: ospo-gate policy init"
        raise UsageError(f"there is no such file: {name}", hint=hint) from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
