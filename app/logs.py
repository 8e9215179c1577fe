"""Structured logs: one JSON object a line, with ids and without secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from app.service_settings import LogLevel

#: Tokens of any length (the format since 2026 has several hundred characters), JWTs and private keys.
_SECRET = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9._-]+|github_pat_\w+|eyJ[\w-]{10,}\.[\w-]+\.[\w-]+)"
    r"|-----BEGIN [^-]+-----.*?(?:-----END|$)",
    re.DOTALL,
)


def configure(level: LogLevel) -> None:
    """Write JSON lines to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.value.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No secret leaves through a log, whoever put it there."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _SECRET.sub("[redacted]", value)
    return event
