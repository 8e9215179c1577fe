"""Facts as bytes and back, for caches and facts files: one compact JSON object a value, the same bytes for the same
value. Every fact keeps its source and its age.

What a reader is given may be cut off, old or hostile; then it raises ValueError and nothing else. Fields that have
their default are left out, so a value that knows little is short.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from checks.facts.codec.advisories import (
    read_advisory,
    read_exploited,
    read_likelihood,
    write_advisory,
    write_exploited,
    write_likelihood,
)
from checks.facts.codec.packages import read_package, read_version, write_package, write_version
from checks.facts.codec.values import known, read_known, required
from checks.model.advisory import Advisory, Exploited, Likelihood
from checks.model.packages import Known, PackageFacts, VersionFacts

T = TypeVar("T")

#: Raised when what is written changes its meaning; a value of another form is not read.
FORM = 1
#: Of one value (bytes): 100,000 releases of a package.
MAX_BYTES = 16_000_000
#: What is left out; a fact that is false or 0 is a list and stays.
_DEFAULTS: tuple[object, ...] = (None, [], False)


def encode_version(value: VersionFacts) -> bytes:
    """What is known of a package version. Raises ValueError for a time without zone and for more than MAX_BYTES."""
    return _encode(write_version(value))


def decode_version(data: bytes) -> VersionFacts:
    """The value that `encode_version` wrote. Raises ValueError for anything else."""
    return _decode(data, read_version)


def encode_package(value: PackageFacts) -> bytes:
    """What is known of a package. Raises ValueError as `encode_version`."""
    return _encode(write_package(value))


def decode_package(data: bytes) -> PackageFacts:
    """The value that `encode_package` wrote. Raises ValueError for anything else."""
    return _decode(data, read_package)


def encode_advisory(value: Advisory) -> bytes:
    """One advisory. Raises ValueError as `encode_version`, and for one without an id."""
    return _encode(write_advisory(value))


def decode_advisory(data: bytes) -> Advisory:
    """The value that `encode_advisory` wrote. Raises ValueError for anything else."""
    return _decode(data, read_advisory)


def encode_exploited(value: Known[Exploited]) -> bytes:
    """An entry of the catalog of known exploited vulnerabilities."""
    return _encode({"entry": known(value, write_exploited)})


def decode_exploited(data: bytes) -> Known[Exploited]:
    """The value that `encode_exploited` wrote. Raises ValueError for anything else."""
    return _decode(data, lambda found: required(read_known(found.pop("entry"), read_exploited)))


def encode_likelihood(value: Known[Likelihood]) -> bytes:
    """How likely the exploitation of a vulnerability is."""
    return _encode({"entry": known(value, write_likelihood)})


def decode_likelihood(data: bytes) -> Known[Likelihood]:
    """The value that `encode_likelihood` wrote. Raises ValueError for anything else."""
    return _decode(data, lambda found: required(read_known(found.pop("entry"), read_likelihood)))


def _encode(fields: Mapping[str, object]) -> bytes:
    document = {"form": FORM, **{name: value for name, value in fields.items() if value not in _DEFAULTS}}
    text = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=True, allow_nan=False)
    if len(text) > MAX_BYTES:
        raise ValueError(f"a value of {len(text):,} bytes; {MAX_BYTES:,} are kept")
    return text.encode("ascii")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


_LOAD = json.JSONDecoder(parse_constant=_no_constant).decode


def _decode(data: bytes, read: Callable[[dict[str, Any]], T]) -> T:
    if len(data) > MAX_BYTES:
        raise ValueError(f"not a fact: it has more than {MAX_BYTES:,} bytes")
    try:
        found = _LOAD(data.decode("ascii"))
        if type(found) is not dict or found.pop("form") != FORM:
            raise ValueError("another form")
        value = read(found)
        if found:
            raise ValueError("a field that is not known")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a fact: {type(error).__name__}: {error}"[:200]) from None
    return value
