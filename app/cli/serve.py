"""`ospo-gate serve` and `ospo-gate work`: the service, and its workers alone."""

import argparse
import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

from app.cli.db import not_installed, require
from app.cli.set_up import Begun, set_up, wanted
from app.settings import fact_settings, service_settings
from checks.model.errors import UsageError

#: Objects after which Python looks for cycles among them: a verdict makes thousands that are gone by themselves.
YOUNG = 10_000

if TYPE_CHECKING:
    from app.service_settings import ServiceSettings
    from app.wiring import Service


def run(options: argparse.Namespace) -> int:
    begun = None
    if wanted(options):
        begun = _set_up(options)
        if begun is None:
            return 0
    settings = service_settings(folder=options.credentials)
    service = _service(settings)
    service.further += begun.pages if begun else ()
    from app.cli.listening import Server, beside, bound, config

    port = settings.internal_port
    known = begun.listening if begun else bound(settings.internal_host, port) if port else None

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        assert port is not None
        async with beside(service.all_the_rest(), settings.internal_host, port, known), service.running():
            yield

    app = service.application() if port is None else service.webhook_alone(running)
    _say("listening", address=f"http://{settings.host}:{settings.port}/webhook", internal_port=port)
    server = Server(config(app, settings.host, settings.port), service.end)
    with _traced(settings, "web"):
        server.run(sockets=[known] if known and port is None else None)
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
    service = _service(settings)
    with _traced(settings, "worker"):
        asyncio.run(_work(service))
    return 0


async def _work(service: "Service") -> None:
    from app.cli.listening import beside, end_at_once

    ending = asyncio.Event()

    def end(sig: int) -> None:
        if ending.is_set():
            end_at_once(sig)
        service.end()
        ending.set()

    for sig in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sig, end, sig)
    port, host = service.settings.internal_port, service.settings.internal_host
    async with beside(service.of_workers(), host, port) if port else nullcontext(), service.working():
        _say("working", workers=service.settings.workers)
        await ending.wait()


def _traced(settings: "ServiceSettings", process: str) -> AbstractContextManager[None]:
    if settings.traces is None:
        return nullcontext()
    try:
        from app.telemetry import exporting
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    return exporting(settings.traces, process)


def _say(event: str, **values: object) -> None:
    import structlog

    structlog.get_logger().info(event, **values)


def _service(settings: "ServiceSettings") -> "Service":
    gc.disable()  # what is loaded stays: looking through it again and again is an eighth of the time until it is ready
    try:
        from app.logs import configure, secrets_of
        from app.wiring import Service

        if not settings.migrate:
            require(settings.database)
        environment = fact_settings()
        configure(settings.log_level, secrets_of(settings, environment.settings, environment))
        service = Service(settings, environment)
        gc.freeze()  # and no collection looks through it later
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
        return service
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    finally:
        gc.enable()
