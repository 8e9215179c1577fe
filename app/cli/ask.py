"""`ospo-gate ask`: may this package be used?"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.asking import Reply, reply
from app.cli.check import repository_of
from app.cli.known import Knowledge
from app.cli.output import say
from app.cli.policy_files import named_policies
from app.facts.lookup import FactChain
from app.policies import PATH, starter_policy
from app.settings import command_environment
from checks.engine.ask import LIBRARIES, judging, read
from checks.manifests import recognize
from checks.model.answer import Asked, Verdict
from checks.model.dependency import Scope
from checks.model.errors import UsageError
from checks.model.facts import Facts, RepositoryFacts
from checks.policy.schema import Policy
from checks.render.asked import text, to_json
from checks.render.encode import encode


def run(options: argparse.Namespace) -> int:
    """0: it may be used; 1: it may not, not now, or that cannot be said."""
    environment = command_environment()
    here = Path(options.path)
    asked = read(options.package, _types(here))
    asked = Asked(asked.purl, asked.name, asked.version, Scope(options.scope))
    policy = _policy(options, here)
    file = Path(options.facts) if options.facts else environment.facts
    if options.offline and not file:
        raise UsageError(
            "ask --offline needs a facts file", hint="Name one with --facts FILE: ospo-gate facts build --help"
        )
    online = None if options.offline or (file and not options.online) else here
    knowledge = Knowledge(Facts(repository=repository_of(options, environment)), (), file, online)

    async def answered(chain: FactChain) -> Reply:
        return await reply(asked, chain, policy, lambda: datetime.now(UTC))

    found = knowledge.run(answered, judging(policy))
    if options.format == "json":
        say(encode(to_json(found.answer, found.facts)))
    else:
        say(text(found.answer, found.facts, datetime.now(UTC)))
    return 0 if found.answer.verdict is Verdict.YES else 1


def _types(folder: Path) -> set[str]:
    """The package types of the manifests that lie in the folder itself."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        raise UsageError(f"there is no such folder: {folder}") from None
    return {format_.ecosystem for name in names if (format_ := recognize(name))} & LIBRARIES


def _policy(options: argparse.Namespace, folder: Path) -> Policy:
    path = folder / PATH
    if options.policy or path.is_file():
        environment = command_environment()
        policies = named_policies(options.policy or str(path), environment)
        repository = repository_of(options, environment)
        if repository == RepositoryFacts():
            return policies.plain  # about no repository in particular: no override applies
        return policies.policy_for(repository, None, datetime.now(UTC))
    print("There is no policy.yaml here: the built-in starter policy answers.", file=sys.stderr)
    return starter_policy()
