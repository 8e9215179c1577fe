"""What people send with a form: only what a page of ours made for this very session is taken."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from app.web.sessions import Session, Sessions

#: Bytes and fields of a form.
MAX_FORM = 64 * 1024
MAX_FIELDS = 50


class Refused(Exception):
    """The form is not from a page of ours. `status` is the answer's."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that somebody who is signed in sent from a page of ours."""

    session: Session
    fields: Mapping[str, str]


async def posted(request: Request, sessions: Sessions) -> Posted:
    """The form, with the field `csrf` taken out. Raises `Refused`: nobody is signed in, the body is not a small form,
    or the token that the page of this session carries is missing or wrong."""
    session = sessions.of(request)
    if session is None:
        raise Refused(403)
    sent = await fields(request)
    given = sent.pop("csrf", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, session.csrf.encode()):
        raise Refused(403)
    return Posted(session, sent)


async def fields(request: Request) -> dict[str, str]:
    """A small form as it was sent, whoever sent it. Raises `Refused`."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refused(415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise Refused(413)
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Refused(400) from None
