"""`ospo-gate serve` and `ospo-gate work`: the service, and its workers alone."""

import argparse
import asyncio
import os
import signal
from types import FrameType
from typing import TYPE_CHECKING

from app.cli.db import not_installed, require
from app.cli.set_up import Begun, set_up, wanted
from app.settings import fact_settings, service_settings
from checks.model.errors import UsageError

if TYPE_CHECKING:
    from app.service_settings import ServiceSettings
    from app.wiring import Service

#: Seconds in which requests that have begun are answered after the wish to end; then come the jobs in hand.
LAST_REQUESTS = 10


def run(options: argparse.Namespace) -> int:
    begun = None
    if wanted(options):
        begun = _set_up(options)
        if begun is None:
            return 0
    settings = service_settings(folder=options.credentials)
    service = _service(settings)
    service.further += begun.pages if begun else ()
    import uvicorn

    from app.web.protocol import CappedProtocol

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if self.should_exit:
                _end_at_once(sig)
            super().handle_exit(sig, frame)

    _say("listening", address=f"http://{settings.host}:{settings.port}/webhook")
    config = uvicorn.Config(
        service.application(),
        host=settings.host,
        port=settings.port,
        http=CappedProtocol,
        # Our own logs speak of deliveries; uvicorn's would repeat each request.
        log_level="warning",
        log_config=None,  # into our own log, with its form and without secrets
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS,
    )
    server = Server(config)
    server.run(sockets=[begun.listening] if begun else None)
    return 0 if server.started else 3


def _set_up(options: argparse.Namespace) -> Begun | None:
    try:
        return set_up(options)
    except ModuleNotFoundError as error:
        raise not_installed(error) from None


def work(_options: argparse.Namespace) -> int:
    settings = service_settings()
    if not settings.workers:
        raise UsageError("no workers: OSPO_GATE_WORKERS is 0", hint="Set how many changes are judged at the same time.")
    asyncio.run(_work(_service(settings)))
    return 0


async def _work(service: "Service") -> None:
    ending = asyncio.Event()

    def end(sig: int) -> None:
        if ending.is_set():
            _end_at_once(sig)
        ending.set()

    for sig in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sig, end, sig)
    async with service.working():
        _say("working", workers=service.settings.workers)
        await ending.wait()


def _say(event: str, **values: object) -> None:
    import structlog

    structlog.get_logger().info(event, **values)


def _end_at_once(sig: int) -> None:
    """Somebody asks a second time. What is in hand is taken over, as from a process that was killed."""
    os._exit(128 + sig)


def _service(settings: "ServiceSettings") -> "Service":
    try:
        from app.logs import configure, secrets_of
        from app.wiring import Service

        if not settings.migrate:
            require(settings.database)
        environment = fact_settings()
        configure(settings.log_level, secrets_of(settings, environment.settings, environment))
        return Service(settings, environment)
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
