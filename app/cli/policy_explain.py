"""`ospo-gate policy explain`: what holds where, which line says so, and why a package is judged as it is."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.cli.output import say, width
from app.policies import SHAPES
from app.settings import command_environment, service_place
from checks.model.errors import SourceError, UsageError
from checks.model.facts import RepositoryFacts
from checks.policy.layers import PolicySet


def run(options: argparse.Namespace) -> int:
    """0: it is explained, whatever is judged."""
    if options.server is not None:
        return _from_service(options)
    if options.pull is not None:
        raise UsageError("--pull names a pull request that the service has judged: --server goes with it")
    from app.cli.policy_named import policies_at

    environment = command_environment()
    policies = policies_at(options.file, environment)
    repository = _repository(options)
    told = repository != RepositoryFacts() or options.target_branch
    if not (told or options.dependency or options.rule or policies.overrides or options.format == "json"):
        _print_values(policies)  # the light way: nothing about packages is loaded
        return 0
    document = _document(options, policies, repository)
    if options.format == "json":
        from checks.render.encode import encode

        say(encode(document))
    else:
        say(_text(options, document, policies, repository))
    return 0


def _print_values(policies: PolicySet) -> None:
    from checks.policy.explain import explanation

    for line in explanation(policies.plain, SHAPES, policies.reference.source):
        print(line)


def _repository(options: argparse.Namespace) -> RepositoryFacts:
    from app.cli.check import repository_of

    return repository_of(options, command_environment())


def _document(options: argparse.Namespace, policies: PolicySet, repository: RepositoryFacts) -> dict[str, Any]:
    from app.cli.known import Knowledge
    from app.explaining import checks_asked, effective, explained
    from app.facts.lookup import FactChain
    from checks.engine.explain_document import values_json
    from checks.model.facts import Facts

    wish = _wish(options, repository)
    file = Path(options.facts) if options.facts else command_environment().facts
    online = Path(".") if options.online else None
    knowledge = Knowledge(Facts(repository=repository), (), file, online)
    now = datetime.now(UTC)

    async def told(chain: FactChain) -> dict[str, Any]:
        return await explained(wish, policies, chain, now)

    document = knowledge.run(told, checks_asked(wish, policies, now))
    policy = effective(wish, policies, now)
    return {**document, "values": values_json(policies, policy, SHAPES) if _wants_values(options) else None}


def _wish(options: argparse.Namespace, repository: RepositoryFacts) -> Any:
    from app.explaining import Wish
    from checks.engine.ask import read
    from checks.model.answer import Asked
    from checks.model.dependency import Scope

    asked = None
    if options.dependency:
        named = read(options.dependency)
        asked = Asked(named.purl, named.name, named.version, Scope(options.scope))
    elif options.path:
        raise UsageError("--path says where a package is: name one with --dependency")
    return Wish(repository, options.target_branch, asked, options.path, options.rule, _own(options))


def _own(options: argparse.Namespace) -> bytes | None:
    """The repository's own file, where somebody names one."""
    if options.repository_file is None:
        return None
    try:
        with Path(options.repository_file).open("rb") as file:
            return file.read(_OWN)
    except OSError as error:
        raise UsageError(f"--repository-file: {options.repository_file} cannot be read: {error.strerror}") from None


#: Bytes of a repository's own file that are read: more than the policy takes, so that one that is too long is told.
_OWN = 200_000


def _wants_values(options: argparse.Namespace) -> bool:
    return not (options.dependency or options.rule)


def _text(
    options: argparse.Namespace, document: dict[str, Any], policies: PolicySet, repository: RepositoryFacts
) -> str:
    from app.explaining import effective
    from checks.policy.explain import explanation
    from checks.render.explained import text

    values: Sequence[str] = ()
    if _wants_values(options):
        now = datetime.fromisoformat(document["at"])
        policy = effective(_wish(options, repository), policies, now)
        values = tuple(explanation(policy, SHAPES, policies.reference.source, policies.overrides))
    return text(document, values, width(sys.stdout.isatty()))


# -- the service -------------------------------------------------------------------------------------------------------


def _from_service(options: argparse.Namespace) -> int:
    """What the service's policy says, by the facts that it knows."""
    from app.cli.service import ask_service, reached
    from checks.render.encode import encode
    from checks.render.explained import text, value_lines

    place = service_place()
    server, token = reached(options.server or place.server, place.token)
    asked = {
        "repository": options.repository_name,
        "package": options.dependency,
        "scope": options.scope if options.dependency else None,
        "path": options.path,
        "target_branch": options.target_branch,
        "rule": options.rule,
        "pull": options.pull,
    }
    query = {name: value for name, value in asked.items() if value}
    document = ask_service(server, token, "api/v1/policy/explain", query)
    try:
        if options.format == "json":
            say(encode(document))
        else:
            say(text(document, tuple(value_lines(document["values"] or ())), width(sys.stdout.isatty())))
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SourceError("what the service answers is not of this release's API") from None
    return 0
