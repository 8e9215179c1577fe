"""Builds the pages from the settings: the part of `app.wiring` that is for people."""

from fastapi import APIRouter

from app.github.connection import Reach
from app.github.people import People
from app.service_settings import ServiceSettings
from app.store.database import Database
from app.store.repositories import RepositoryStore
from app.store.verdicts import VerdictStore
from app.web.pages.details import Details
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Sessions
from app.web.signin import SignIn
from app.web.signin import router as signin_router


class Site:
    """The pages of one process, at `public_url`."""

    def __init__(self, settings: ServiceSettings, public_url: str, database: Database, reach: Reach) -> None:
        self.people: People | None = None
        sessions = None
        id_, secret = settings.client_id, settings.client_secret
        if id_ and secret:
            self.people = People(id_, secret, settings.github_url, settings.github_api_url, reach)
            sessions = Sessions(settings.session_secret or secret, secure=public_url.startswith("https://"))
        renderer = Renderer(public_url, sessions)
        rights = Rights(RepositoryStore(database), self.people, settings.public_pages)
        details = Details(VerdictStore(database), rights, renderer, settings.github_url.rstrip("/"), sessions)
        self.routers: list[APIRouter] = [renderer.assets(), details.router()]
        if self.people and sessions:
            self.routers.append(signin_router(SignIn(self.people, sessions, rights, public_url), renderer))

    async def close(self) -> None:
        if self.people:
            await self.people.close()
