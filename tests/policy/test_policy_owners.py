"""Who answers for a repository: the first who is named, in the order that the policy's documentation gives."""

from typing import Any

import pytest

from app.policies import load_policy
from checks.model.errors import PolicyError
from checks.policy.owners import MAX_OWNERS, Owned, owned


def answer(text: str, repository: str = "example/web-shop", **told: Any) -> Owned:
    owners = load_policy(f"version: 1\nowners: {text}\n".encode(), "policy.yaml").root.owners
    return owned(owners, repository, told.get("properties", {}), told.get("codeowners", ()), told.get("teams", ()))


ALL = '{repositories: {"web-*": "@example/web"}, default: "@example/ospo"}'
PROPERTY = {"ospo-owner": "@example/shop"}


def test_in_this_order() -> None:
    told: dict[str, Any] = {"properties": PROPERTY, "codeowners": ("@ada",), "teams": ("@example/admins",)}
    assert answer(ALL, **told) == Owned(("@example/web",), "policy")
    assert answer(ALL, "example/api", **told) == Owned(("@example/shop",), "property")
    assert answer(ALL, "example/api", **{**told, "properties": {}}) == Owned(("@ada",), "codeowners")
    assert answer(ALL, "example/api", teams=("@example/admins",)) == Owned(("@example/admins",), "team")
    assert answer(ALL, "example/api") == Owned(("@example/ospo",), "default")
    assert answer("{}", "example/api") == Owned((), "nobody")


def test_the_last_pattern_that_matches_counts() -> None:
    text = '{repositories: {"web-*": "@example/web", "example/web-shop": ["@ada", "@grace"], "other/*": "@else"}}'
    assert answer(text).who == ("@ada", "@grace")


@pytest.mark.parametrize(
    ("value", "who"),
    [
        ("web", ("@example/web",)),
        ("@example/web @ada", ("@example/web", "@ada")),
        ("a@example.com; @ada,@grace", ("a@example.com", "@ada", "@grace")),
        (["web", "api"], ("@example/web", "@example/api")),
        ("", ()),
        (None, ()),
        (True, ()),
        ([None, 3, ""], ()),
        (" ".join(["x"] * 1000), ("@example/x",) * MAX_OWNERS),
    ],
)
def test_what_a_property_may_say(value: object, who: tuple[str, ...]) -> None:
    assert answer("{}", properties={"ospo-owner": value}).who == who


def test_the_property_has_the_name_that_the_policy_gives_it() -> None:
    assert answer("{property: team}", properties={**PROPERTY, "team": "core"}).who == ("@example/core",)


@pytest.mark.parametrize("text", ["{default: ospo}", '{repositories: {"web-*": web}}', "{owner: x}", "[]"])
def test_what_is_no_owner_is_a_fault(text: str) -> None:
    with pytest.raises(PolicyError):
        answer(text)
