"""The policy file that a `policy` command works on, with what it extends and the decisions beside it."""

import os
import sys
from pathlib import Path

from app.cli.policy_files import policies_in, policies_on_disk
from app.settings import CommandEnvironment
from checks.model.errors import UsageError
from checks.policy.document import MAX_CHARACTERS
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet

#: UTF-8 needs at most four bytes a character; what is longer is refused without being read to its end.
_MAX_BYTES = 4 * MAX_CHARACTERS + 1


def policies_named(name: str, environment: CommandEnvironment) -> PolicySet:
    """The policy in a file, at REVISION:PATH of git, at owner/repo[/path]@ref on GitHub, or on standard input for `-`.

    Raises as `policies_on_disk`."""
    if name == "-":
        return policies_in(Path(), PolicyFiles(read(name), shown_name(name)), environment)
    if not os.path.exists(name) and ":" in name:
        from app.cli.policy_given import policy_given

        if (found := policy_given(name)) is not None:
            return found
    if not os.path.exists(name) and "@" in name:
        from app.cli.policy_on_github import policies_on_github

        return policies_on_github(name, environment, option="")
    read(name, most=0)
    return policies_on_disk(name, environment, option="")


def shown_name(file: str) -> str:
    return "<stdin>" if file == "-" else file


def read(name: str, most: int = _MAX_BYTES) -> bytes:
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
