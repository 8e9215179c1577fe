"""`ospo-gate policy document`: the policy as a page in words."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from app.cli.output import say, write_file
from app.cli.policy_files import named_policies
from app.cli.policy_given import policy_given
from app.settings import command_environment
from checks.policy.layers import PolicySet
from checks.policy_page.document import document
from checks.policy_page.html import to_html
from checks.policy_page.markdown import to_markdown
from checks.policy_page.words import Edition
from checks.rules import CHECKS

_RENDERERS = {"html": to_html, "markdown": to_markdown}


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    page = document(_policies(options.policy), CHECKS, Edition(options.edition), datetime.now(UTC))
    text = _RENDERERS[options.format](page)
    if options.output == "-":
        say(text)
    else:
        write_file(Path(options.output), text)
    return 0


def _policies(name: str) -> PolicySet:
    """Raises `UsageError`, `SourceError` or `PolicyError`."""
    found = None if "@" in name and not os.path.exists(name) else policy_given(name)
    return found if found is not None else named_policies(name, command_environment())
