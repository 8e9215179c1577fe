"""Who may set a check to pass, by name: what the policy says of the button and the command."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from checks.policy.shape import KeyFault, OneOrMore, key
from checks.policy.values import Account, Word

#: Groups of people, from the fewest to the most, and what GitHub calls their rights on the repository.
NOBODY, ADMINS, MAINTAINERS, WRITERS = "nobody", "admins", "maintainers", "writers"
_GROUPS = (NOBODY, ADMINS, MAINTAINERS, WRITERS)


class Overrider(Word):
    """Everybody with a right on the repository, a person `@login` or a team `@organization/team`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": f"^({'|'.join(_GROUPS)})$|{Account.SCHEMA['pattern']}",
        "examples": [*_GROUPS, "@ada", "@example/ospo"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if text in _GROUPS:
            return cls(text)
        try:
            return cls(Account.parse(text))
        except ValueError:
            raise ValueError(f"expected {', '.join(_GROUPS)}, '@login' or '@organization/team'") from None


class Reasons(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class OverrideKeys:
    """Setting a check to pass for one head of a pull request: docs/overrides.md."""

    who: Annotated[tuple[Overrider, ...], OneOrMore] = key(
        "Who may: `nobody`, `admins`, `maintainers` or `writers` of the repository, '@login', '@organization/team', or "
        "a list of these.",
        default=(Overrider(NOBODY),),
    )
    reason: Reasons = key(
        "`required`: the button only says which comment to write. `optional`: the button is enough.",
        default=Reasons.REQUIRED,
    )
    own: bool = key("Whether who opened a pull request may set it to pass, too.", default=False)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        return cls((Overrider.parse(text),))

    def faults(self) -> Iterator[KeyFault]:
        if not self.who:
            yield KeyFault("who", "it names nobody", f"write {NOBODY}")
        elif NOBODY in self.who and len(self.who) > 1:
            yield KeyFault("who", f"'{NOBODY}' and somebody at the same time")

    @property
    def allowed(self) -> bool:
        """Whether anybody may."""
        return NOBODY not in self.who
