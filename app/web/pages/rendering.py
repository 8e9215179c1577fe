"""Templates to answers: everything is escaped, and every answer tells the browser what it may do, which is little."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape

from app.web.sessions import Session, Sessions
from checks.model.phrase import visible
from checks.render.english import age, counted, day, moment

_HERE = Path(__file__).parent
#: No script, no frame, nothing from elsewhere: what a hostile name could bring with it has nowhere to run.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
#: Characters of one foreign text on a page; the JSON has all of it.
SHOWN = 2_000
#: Runs of Hebrew, Arabic and their like; a number behind one would change places with it.
_RIGHT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]+"
_FROM_THE_RIGHT = re.compile(f"{_RIGHT}(?:[-._/ ]{_RIGHT})*")
_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


class Renderer:
    """The templates, and the few files that they use."""

    def __init__(self, public_url: str, sessions: Sessions | None) -> None:
        """Without `sessions` nobody can sign in."""
        self.sessions = sessions
        self._headers = dict(HEADERS)
        if urlsplit(public_url).scheme == "https":
            self._headers["Strict-Transport-Security"] = "max-age=31536000"
        self._files = {path.name: path.read_bytes() for path in sorted((_HERE / "static").iterdir())}
        self._jinja = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {
            "shown": shown,
            "said": said,
            "moment": moment,
            "day": day,
            "age": age,
            "counted": counted,
            "link": link,
        }
        self._jinja.globals["asset"] = self._asset

    def page(
        self, request: Request, name: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response:
        """A template as an answer. `values` may be anything: nothing of it is taken for HTML."""
        session = self.sessions.of(request) if self.sessions else None
        given = {"session": session, "can_sign_in": self.sessions is not None, "here": _here(request), **values}
        text = self._jinja.get_template(name).render(given)
        return self.answer(text.encode("utf-8", "replace"), "text/html; charset=utf-8", status, session, headers)

    def message(
        self,
        request: Request,
        status: int,
        title: str,
        said: str,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """A page that says one thing; as JSON to a program."""
        if wants_json(request):
            return self.json({"status": status, "title": title, "reason": said}, status, headers)
        return self.page(request, "message.html", status, headers, title=title, said=said, **values)

    def not_found(self, request: Request, hint: str = "", **values: Any) -> Response:
        """The answer for what is not there and for what the reader may not see: nobody can tell the two apart."""
        said = f"There is no such page, or you may not see it.{hint}"
        return self.message(request, 404, "Not found", said, **values)

    def json(self, document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
        return self.answer(text.encode("utf-8", "replace"), "application/json", status, None, headers)

    def answer(
        self, body: bytes, type_: str, status: int, session: Session | None, headers: Mapping[str, str] | None
    ) -> Response:
        kept = {"Cache-Control": "no-store", "Vary": "Accept, Cookie"}
        return Response(body, status, {**self._headers, **kept, **(headers or {})}, type_)

    def assets(self) -> APIRouter:
        """The routes of the files that pages use. Their addresses change with them, so they may be kept for ever."""
        routes = APIRouter()

        @routes.get("/static/{digest}/{name}")
        async def asset(digest: str, name: str) -> Response:
            data = self._files.get(name)
            if data is None or digest != _digest(data):
                return Response(status_code=404, headers=self._headers)
            headers = {**self._headers, "Cache-Control": "public, max-age=31536000, immutable"}
            return Response(data, 200, headers, _TYPES[Path(name).suffix])

        return routes

    def _asset(self, name: str) -> str:
        return f"/static/{_digest(self._files[name])}/{name}"


def wants_json(request: Request) -> bool:
    """Whether the caller is a program: the address ends in `.json`, or JSON is accepted and HTML is not."""
    accepted = request.headers.get("accept", "")
    return request.url.path.endswith(".json") or ("application/json" in accepted and "text/html" not in accepted)


def shown(text: object) -> str:
    """Foreign text on one line, with control and invisible characters spelled out."""
    return visible(str(text), SHOWN)


def said(text: object) -> Markup:
    """Words between tags: as `shown`, with what is written from right to left kept from moving what is around it, and
    what stands between backquotes as code."""
    parts = str(escape(shown(text))).split("`")
    coded = "`".join(parts) if len(parts) % 2 == 0 else _coded(parts)
    return Markup(_FROM_THE_RIGHT.sub(r"<bdi>\g<0></bdi>", coded))  # noqa: S704 - it is escaped


def _coded(parts: Sequence[str]) -> str:
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def link(address: object) -> str | None:
    """`address` if it is one that a browser may be sent to: plain http(s), without a login."""
    text = str(address or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    plain = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    return text if plain and text.isprintable() and " " not in text else None


def since(now: datetime, then: datetime) -> timedelta:
    """How long ago; nothing is from the future."""
    return max(now - then, timedelta(0))


def utc(seconds: float) -> datetime:
    """A moment of the database (seconds since 1970)."""
    return datetime.fromtimestamp(seconds, UTC)


def _here(request: Request) -> str:
    """The page's own path, to come back to."""
    return quote(request.url.path)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
