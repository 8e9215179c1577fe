"""The cookies by themselves."""

from collections.abc import Mapping

import pytest
from fastapi import Request, Response

from app.web.sessions import CookieTooLarge, Sessions
from app.web.throttle import CALLERS, Throttle


def sent(cookies: Mapping[str, str]) -> Request:
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Request({"type": "http", "headers": [(b"cookie", header.encode())]})


def cookies(response: Response) -> dict[str, str]:
    headers = [
        value.decode().partition(";")[0].partition("=") for name, value in response.raw_headers if name == b"set-cookie"
    ]
    return {name: value for name, _, value in headers}


def test_over_https_a_cookie_is_for_this_host_and_no_script() -> None:
    response = Response()
    Sessions("secret", secure=True).start(response, 7, "ada", "ghu_token", 1e9)
    (header,) = response.headers.getlist("set-cookie")
    attributes = {part.strip().lower() for part in header.split(";")[1:]}
    assert header.startswith("__Host-ospo-gate-session=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= attributes
    assert {"max-age=28800", "max-age=28799"} & attributes  # eight hours, whatever GitHub grants
    assert "ghu_token" not in header


def test_one_cookie_is_not_another() -> None:
    sessions, response = Sessions("secret", secure=False), Response()
    sessions.start(response, 7, "ada", "ghu_token", 60)
    sealed = cookies(response)["ospo-gate-session"]
    assert sessions.of(sent({"ospo-gate-session": sealed}))
    assert sessions.attempted(sent({"ospo-gate-sign-in": sealed})) is None


def test_only_who_has_the_secret_reads_them() -> None:
    response = Response()
    Sessions("secret", secure=False).start(response, 7, "ada", "ghu_token", 60)
    assert Sessions("secret", secure=False).of(sent(cookies(response)))
    assert Sessions("Secret", secure=False).of(sent(cookies(response))) is None


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA==", "é", "x" * 10_000])
def test_what_is_no_cookie_of_ours_is_nobody(sealed: str) -> None:
    assert Sessions("secret", secure=False).of(sent({"ospo-gate-session": sealed})) is None


def test_long_tokens_fit_and_endless_ones_are_an_error() -> None:
    sessions = Sessions("secret", secure=True)
    sessions.start(Response(), 7, "ada", "ghu_" + "x" * 1500, 60)
    with pytest.raises(CookieTooLarge):
        sessions.start(Response(), 7, "ada", "ghu_" + "x" * 4000, 60)


def test_nothing_secret_is_in_what_may_be_logged() -> None:
    session = Sessions("secret", secure=False).start(Response(), 7, "ada", "ghu_token", 60)
    assert "ghu_token" not in repr(session)
    assert session.csrf not in repr(session)


def test_each_caller_has_a_limit_and_memory_an_end() -> None:
    now = 0.0
    throttle = Throttle(2, 60, lambda: now)
    assert [throttle.allows("a") for _ in range(3)] == [True, True, False]
    assert throttle.allows("b")
    now = 60.0
    assert throttle.allows("a")
    for number in range(CALLERS):
        throttle.allows(f"c{number}")
    # the last of these and whoever is later are counted together
    assert [throttle.allows(late) for late in ("x", "y")] == [True, False]
