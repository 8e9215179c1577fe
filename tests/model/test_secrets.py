"""Credentials in addresses: found, and nothing of them kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.secrets import MASK, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://ada:s3cret@registry.example/x", "https://•••@registry.example/x"),
        ("https://ada:p@ss@registry.example/x", "https://•••@registry.example/x"),
        ("https://:s3cret@registry.example/x", "https://•••@registry.example/x"),
        ("git+https://ghp_0123456789abcdef@code.example/a.git#main", "git+https://•••@code.example/a.git#main"),
        ("https://ghp_0123456789abcdef:x-oauth-basic@code.example/a", "https://•••@code.example/a"),
        ("https://a1b2c3d4e5f6a7b8c9d0e1f2@gem.example/", "https://•••@gem.example/"),
        ("ssh://git:s3cret@code.example/a.git", "ssh://•••@code.example/a.git"),
        ("https://files.example/x?token=abc&v=1", "https://files.example/x?token=•••&v=1"),
        ("https://files.example/x?v=1&access_token=abc#f", "https://files.example/x?v=1&access_token=•••#f"),
        ("https://files.example/x?X-Amz-Signature=abc", "https://files.example/x?X-Amz-Signature=•••"),
        ("https://files.example/x?sv=2024&sig=a%2Fb", "https://files.example/x?sv=2024&sig=•••"),
        (
            "from https://u:p@a.example and https://u:q@b.example.",
            "from https://•••@a.example and https://•••@b.example.",
        ),
        ("it includes https://ada:a-very-long-secret-tha…", "it includes https://ada:•••…"),
    ],
)
def test_a_secret_is_replaced(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://registry.example/@scope/x/-/x-1.tgz",
        "https://registry.example:8443/x",
        "git+ssh://git@code.example/a.git#main",
        "https://oauth2accesstoken@registry.example/simple",
        "https://${USER}:${TOKEN}@registry.example/simple",
        "https://%USER%:%TOKEN%@registry.example/simple",
        "https://ada:****@registry.example/simple",
        "https://{user}:<password>@registry.example/simple",
        "https://ada:@registry.example/simple",
        "https://files.example/x?tokenizer=fast&key=1",
        "https://files.example/x#sha256=0123456789abcdef",
        "git@code.example:a/b.git",
        "registry.example/team/app:1.0@sha256:0123456789abcdef",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


SECRET = st.text("abcdefgh0123456789!$%&*-_.~", min_size=8, max_size=40).filter(lambda text: text.strip("$%*xX"))


@given(
    SECRET, st.sampled_from(["https://ada:{}@h.example/", "git+https://ada:{}@h.example/a#b", "http://:{}@h.example"])
)
def test_no_password_survives(secret: str, form: str) -> None:
    address = form.format("Q" + secret)
    assert secret not in masked(address)
    assert MASK in masked(address)


@given(st.text(max_size=200))
def test_masking_is_idempotent(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_it_is_linear() -> None:
    for text in ("://" * 200_000, "://a@" * 100_000, "?" + "a-" * 300_000, "://a:" + "b" * 500_000 + "…"):
        assert len(masked(text)) <= len(text) + 1
