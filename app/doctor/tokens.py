"""The tokens of the API: which have come to their end, and which soon will."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.api_tokens import ApiToken
from app.doctor.line import Line, ok, some, warning

#: How long before its last day a token is told of.
SOON = timedelta(days=14)
_NEXT = "Add a second one under the same name, give it to the program, and remove this one: docs/api-tokens.md."


def tokens(given: Sequence[ApiToken], today: date) -> Iterator[Line]:
    """`today` is UTC's. Nothing where no token has a last day."""
    ends = sorted((token.last_day, token.name) for token in given if token.last_day is not None)
    ended = [f"{name} with {day}" for day, name in ends if day < today]
    soon = [f"{name} with {day}" for day, name in ends if today <= day <= today + SOON]
    if ended:
        yield warning("api-tokens", f"tokens of the API have ended: {some(ended)}", _NEXT, ended)
    if soon:
        yield warning("api-tokens", f"tokens of the API end soon: {some(soon)}", _NEXT, soon)
    if ends and not ended and not soon:
        yield ok("api-tokens", "no token of the API ends within two weeks")
