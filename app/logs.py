"""Structured logs: one JSON object a line, of us and of every library alike, with ids and without secrets."""

import logging
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import fields
from types import TracebackType
from typing import Any
from urllib.parse import unquote

import structlog
from structlog.typing import Processor

from app.redaction import Redaction
from app.service_settings import LogLevel

#: Libraries that tell of each request or each statement.
_TALKATIVE = ("httpcore2", "httpx2", "httpcore", "httpx", "sqlalchemy.engine", "aiosqlite", "alembic")

#: Loggers that bring handlers of their own where their library configures logging.
_WITH_HANDLERS = ("uvicorn", "uvicorn.error", "uvicorn.access")
_SECRET_NAME = re.compile(r"(?:TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|API_KEY)(?:_PREVIOUS)?$", re.IGNORECASE)
_PASSWORD = re.compile(r"://[^\s/@:]*:([^\s/@]+)@")


def configure(level: LogLevel, secrets: Iterable[str] = ()) -> None:
    """Write JSON lines to standard error. `secrets` appear in none of them, wherever they come from."""
    threshold = getattr(logging, level.value.upper())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _Redactor(Redaction(secrets)),
    ]
    render = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    foreign: list[Processor] = [structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(), *shared]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=foreign, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]
    )
    _of_libraries(formatter, max(threshold, logging.INFO))
    _of_the_interpreter()


class _Redactor:
    """No secret leaves through a log, whoever put it there."""

    def __init__(self, redaction: Redaction) -> None:
        self.redaction = redaction

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in event.items():
            if not name.startswith("_"):  # the formatter's own
                event[name] = self.redaction.deep(value)
        return event


class _Handler(logging.StreamHandler[Any]):
    """A record whose arguments do not fit its words is told of in the same form, without them."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        structlog.get_logger().error("log-record-broken", logger=record.name, place=f"{record.module}:{record.lineno}")


def _of_libraries(formatter: logging.Formatter, threshold: int) -> None:
    handler = _Handler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _WITH_HANDLERS:  # whoever has configured them before
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(True)


def _of_the_interpreter() -> None:
    """What ends the process or a thread is a line like any other."""
    log = structlog.get_logger()

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log.critical("crashed", exc_info=(kind, error, trace))

    def ended(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            crashed(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = crashed
    threading.excepthook = ended


def secrets_of(*settings: Any) -> Iterator[str]:
    """The secrets in settings: what their own `repr` leaves out, and passwords within addresses. Of a whole environment
    what is named like one."""
    for given in settings:
        for item in fields(given):
            value = getattr(given, item.name)
            if isinstance(value, Mapping):
                for name, text in value.items():
                    yield from _secrets_in(str(text), bool(_SECRET_NAME.search(str(name))))
            else:
                for text in value if isinstance(value, tuple) else (value,):
                    yield from _secrets_in(text if isinstance(text, str) else "", not item.repr)


def _secrets_in(text: str, secret: bool) -> Iterator[str]:
    if secret:
        yield text
        yield text.partition("=")[2]  # of `host=TOKEN`
    for password in _PASSWORD.findall(text):
        yield password
        yield unquote(password)
