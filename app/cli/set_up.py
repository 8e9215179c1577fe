"""`ospo-gate serve` while there is no GitHub App: the set-up pages, until somebody has made one."""

import argparse
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from app.settings import app_configured, fact_settings, setup_settings
from checks.model.errors import UsageError

if TYPE_CHECKING:
    from app.web.setup import Routes


class Begun(NamedTuple):
    """What the service goes on with."""

    pages: "Routes"
    """What is left to do, for who set up."""
    listening: socket.socket
    """It was never closed in between, so that the browser that made the App waits instead of failing."""


def wanted(options: argparse.Namespace) -> bool:
    """Whether to set up first. Raises `UsageError` where an App is there already."""
    configured = app_configured(folder=options.credentials)
    if options.setup and configured:
        raise UsageError(
            "a GitHub App is set up already",
            hint="What else there is to do: ospo-gate setup. For another App, name another folder with --credentials.",
        )
    return not configured


def set_up(options: argparse.Namespace) -> Begun | None:
    """Serve the set-up pages until the credentials are stored; None if the service was ended before."""
    import uvicorn

    from app.address import Address
    from app.cli.listening import beside, config
    from app.credentials import prepare
    from app.github.connection import Reach
    from app.github.manifest import Place
    from app.logs import configure, secrets_of
    from app.web.pages.rendering import Renderer
    from app.web.setup import application, router
    from app.web.setup_flow import Setup

    settings, folder = setup_settings(folder=options.credentials)
    prepare(folder)
    environment = fact_settings()
    configure(settings.log_level, secrets_of(settings, environment.settings, environment))
    token = settings.setup_token or secrets.token_urlsafe(32)
    setup = Setup(
        Place(Address.parse(settings.github_url), Address.parse(settings.github_api_url)),
        folder.absolute(),
        token,
        Reach(environment.variables, settings.github_ca_file, settings.github_proxy),
    )
    renderer = Renderer("", None)
    pages = (router(setup, renderer, settings.public_url), renderer.assets())
    internal = settings.internal_port
    host, port = (settings.internal_host, internal) if internal else (settings.host, settings.port)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        """Where there are two listeners, GitHub's first webhook arrives at the other one."""
        async with beside(application(()), settings.host, settings.port) if internal else nullcontext():
            yield

    served = config(application(pages, running), host, port)
    server = uvicorn.Server(served)
    first = served.bind_socket()
    kept = first.dup()

    def finish() -> None:
        server.should_exit = True

    setup.finish = finish
    _tell(f"http://{host}:{first.getsockname()[1]}/setup", None if settings.setup_token else token)
    server.run(sockets=[first])
    if not setup.made or setup.fault:
        kept.close()
        return None
    return Begun(pages, kept)


def _tell(address: str, token: str | None) -> None:
    """On the terminal alone, once: in no log, whose lines others read."""
    print(f"There is no GitHub App yet. Set one up: {address}", file=sys.stderr)
    print(f"Set-up token: {token or 'what OSPO_GATE_SETUP_TOKEN says'}", file=sys.stderr, flush=True)
