"""`ospo-gate serve`: the service."""

import argparse
import sys

from app.settings import fact_settings, service_settings
from checks.model.errors import UsageError


def run(_options: argparse.Namespace) -> int:
    settings = service_settings()
    try:
        import uvicorn

        from app.logs import configure
        from app.wiring import Service
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("app", "checks"):
            raise
        raise UsageError(
            f"the service is not installed ({error.name} is missing)",
            hint="Install it: pip install 'ospo-gate[service]'",
        ) from None
    configure(settings.log_level)
    app = Service(settings, fact_settings()).application()
    print(f"ospo-gate listens on http://{settings.host}:{settings.port}/webhook", file=sys.stderr)
    # Our own logs speak of deliveries; uvicorn's would repeat each request.
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http="h11",  # it takes at most 64 KiB of headers; httptools takes what it is sent, before any signature
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=30,
    )
    return 0
