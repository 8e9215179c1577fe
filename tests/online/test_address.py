"""Whatever a package is called, what is asked for lies below the base address; whatever a server says, waits end."""

from datetime import UTC, datetime
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.address import Address
from app.facts.online.retry import LONGEST, delay, retry_after

BASE = Address.parse("https://host.example:8443/api/v1")


@given(st.text() | st.from_regex(r"[./%2eE\\@:?#a-]{0,30}", fullmatch=True))
def test_nothing_leads_out_of_the_base_address(path: str) -> None:
    try:
        url = httpx2.URL(BASE.below(path))
    except ValueError:
        return
    assert (url.scheme, url.host, url.port) == ("https", "host.example", 8443)
    assert url.raw_path.startswith(b"/api/v1")
    assert not {".", ".."} & set(url.path.split("/"))


@given(st.text(min_size=1, max_size=200))
def test_an_escaped_name_is_one_segment(name: str) -> None:
    try:
        escaped = quote(name, safe="")
    except UnicodeEncodeError:  # half of a surrogate pair
        return
    if name in (".", ".."):
        with pytest.raises(ValueError, match="a name that no address can hold"):
            BASE.below(f"packages/{escaped}")
    else:
        assert httpx2.URL(BASE.below(f"packages/{escaped}")).raw_path == f"/api/v1/packages/{escaped}".encode()


@given(st.text())
def test_an_address_is_one_or_is_refused(text: str) -> None:
    try:
        address = Address.parse(text)
    except ValueError:
        return
    assert address.startswith(("https://", "http://localhost", "http://127.", "http://[::1]"))


@pytest.mark.parametrize(
    "text", ["http://localhost:8080", "http://127.0.0.2", "http://[::1]:1/x", "https://host.example"]
)
def test_plain_http_is_for_this_machine(text: str) -> None:
    assert Address.parse(text) == text


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1.example", "http://localhost.example", "http://10.0.0.1", "http://0x7f.1"]
)
def test_plain_http_is_for_no_other(text: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        Address.parse(text)


@given(st.text())
def test_a_wait_is_bounded_whatever_a_server_asks_for(value: str) -> None:
    wait = retry_after(value, datetime(2026, 11, 20, tzinfo=UTC))
    assert wait is None or 0 <= wait <= LONGEST


def test_a_server_may_ask_for_a_day_at_most() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert retry_after("9" * 50, now) == retry_after("Thu, 31 Dec 2099 00:00:00 GMT", now) == LONGEST


@given(st.integers(1, 10), st.floats(0, 1))
def test_pauses_grow_and_differ(attempt: int, jitter: float) -> None:
    assert delay(attempt, 1.0) / 2 <= delay(attempt, jitter) <= delay(attempt, 1.0) < delay(attempt + 1, 1.0)
