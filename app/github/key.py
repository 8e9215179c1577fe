"""The App's private key, and the short-lived JWTs that it signs. GitHub lets an App have several keys, so that one can
be replaced: a file is read again when it changes, and may hold the old and the new one."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jwt
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from checks.model.errors import UsageError

#: Seconds that a JWT begins in the past, because clocks differ, and that it lives in all; GitHub takes at most 600.
EARLIER, LIFE = 60, 540
#: Seconds before its end at which a JWT is not used any more.
_MARGIN = 60
#: A PEM file with some keys in it (bytes).
_MAX_FILE = 100_000
_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Signed:
    text: str
    until: float


class AppKey:
    """The key as text, or as a file that may change."""

    def __init__(
        self, text: str | None = None, file: str | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """Raises `UsageError` that names the setting when there is no usable key."""
        self._file = Path(file) if file and not text else None
        self._clock = clock
        self._seen: tuple[int, ...] | None = None
        self._signed: _Signed | None = None
        self._keys = [] if self._file else _keys((text or "").replace("\\n", "\n"), "OSPO_GATE_PRIVATE_KEY")
        if self._file:
            self._read(self._file)

    def jwt(self, app_id: int) -> str:
        """What the App signs in with."""
        self._look()
        now = self._clock()
        if self._signed is None or self._signed.until <= now:
            claims = {"iat": int(now) - EARLIER, "exp": int(now) - EARLIER + LIFE, "iss": str(app_id)}
            text = jwt.encode(claims, self._keys[0], algorithm="RS256")
            self._signed = _Signed(text, now - EARLIER + LIFE - _MARGIN)
        return self._signed.text

    def refused(self) -> None:
        """GitHub did not take the key: another one of the file is next."""
        self._keys.append(self._keys.pop(0))
        self._signed = None

    def _look(self) -> None:
        """Read the file again if it is another one. While it cannot be read the known key goes on."""
        if self._file is None:
            return
        try:
            if self._stamp(self._file) != self._seen:
                self._read(self._file)
                log.info("private-key-read", file=str(self._file), keys=len(self._keys))
        except (UsageError, OSError) as error:
            log.warning("private-key-not-read", file=str(self._file), error=str(error))

    def _read(self, file: Path) -> None:
        name = "OSPO_GATE_PRIVATE_KEY_FILE"
        try:
            seen = self._stamp(file)
            with file.open("rb") as opened:
                data = opened.read(_MAX_FILE)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no such file can be"
            raise UsageError(f"{name}: {reason}: {file}", hint="Give the path of the App's PEM file.") from None
        self._keys = _keys(data.decode("ascii", "replace"), name)
        self._seen, self._signed = seen, None

    def _stamp(self, file: Path) -> tuple[int, ...]:
        stat = file.stat()  # through links: a mounted secret changes by another link
        return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _keys(text: str, setting: str) -> list[RSAPrivateKey]:
    """The usable keys, in the order of the text. Raises `UsageError`, never with the text."""
    found = [key for block in _BLOCK.findall(text) if (key := _key(block)) is not None]
    if not found:
        raise UsageError(
            f"{setting}: there is no usable RSA private key in it",
            hint="Generate one on the settings page of the GitHub App and give the file as it was downloaded.",
        )
    return found


def _key(block: str) -> RSAPrivateKey | None:
    try:
        key = load_pem_private_key(block.encode("ascii", "replace"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it has a password
        return None
    return key if isinstance(key, RSAPrivateKey) else None
