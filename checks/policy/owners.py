"""Who answers for a manifest of a repository: the first who is named, and by what.

In this order: what the policy says of the repository, its custom property, CODEOWNERS for the path, the teams that run
the repository, and who answers for everything else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, NamedTuple

from checks.policy.shape import OneOrMore, key
from checks.policy.values import Account, RepositoryPattern

#: Names of one owner that are told.
MAX_OWNERS = 20


@dataclass(frozen=True, slots=True)
class Owners:
    """Who answers for repositories."""

    repositories: Mapping[RepositoryPattern, Annotated[tuple[Account, ...], OneOrMore]] = key(
        'Owners by the name of the repository: `{"web-*": "@example/web"}`; of several that match the last one counts.',
        default_factory=lambda: MappingProxyType({}),
    )
    property: str = key(
        "The custom property of a repository that names its owner: `@login`, `@organization/team` or a team's name.",
        default="ospo-owner",
    )
    default: Annotated[tuple[Account, ...], OneOrMore] = key(
        "Who answers where neither the policy, the property, CODEOWNERS nor a team tells.", default=()
    )


class Owned(NamedTuple):
    """Who answers: `@login`, `@organization/team` or an address, in foreign words; and what names them."""

    who: tuple[str, ...]
    because: str
    """`policy`, `property`, `codeowners`, `team`, `default` or `nobody`."""


def owned(
    rules: Owners,
    repository: str,
    properties: Mapping[str, object],
    codeowners: Sequence[str] = (),
    teams: Sequence[str] = (),
) -> Owned:
    """Who answers for a manifest of `owner/name`.

    `codeowners`: what the file says of the manifest's path. `teams`: those with the role admin or maintain, if known.
    """
    named = [who for pattern, who in rules.repositories.items() if pattern.matches(repository)]
    told = (
        ("policy", named[-1] if named else ()),
        ("property", _accounts(properties.get(rules.property), repository.partition("/")[0])),
        ("codeowners", codeowners),
        ("team", teams),
        ("default", rules.default),
    )
    for because, who in told:
        if who:
            return Owned(tuple(map(str, who[:MAX_OWNERS])), because)
    return Owned((), "nobody")


def _accounts(value: object, organization: str) -> tuple[str, ...]:
    """What a property says, which may have several values. A word without `@` is a team of the organization."""
    words = value if isinstance(value, list | tuple) else [value]
    found = [word for item in words if isinstance(item, str) for word in re.split(r"[\s,;]+", item) if word]
    return tuple(word if "@" in word else f"@{organization}/{word}" for word in found)
