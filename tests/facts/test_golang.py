"""Go's module proxy: times, retractions and deprecations."""

import pytest

from checks.facts.exchange import UnreadableAnswer
from checks.facts.registries import (
    golang,
)
from checks.model.facts import Want
from checks.model.packages import Release, Standing, Status
from tests.facts.conversation import answer, asked, at, converse, said

MODULE = ("pkg:golang/example.com/Owner/mod", "v1.1.0")
PROXY = {
    "example.com/!owner/mod/@v/v1.1.0.info": '{"Version": "v1.1.0", "Time": "2026-01-01T00:00:00Z"}',
    "example.com/!owner/mod/@latest": '{"Version": "v1.4.0", "Time": "2026-02-01T00:00:00Z"}',
    "example.com/!owner/mod/@v/v1.4.0.mod": """\
// Deprecated: use example.com/owner/mod/v2 instead,
// please.
//
// Another paragraph.
module example.com/Owner/mod

go 1.22

retract v1.3.0 // published too early
retract (
	// loses data
	[v1.1.0, v1.2.9]
	v1.0.5
	[v9, v8]
)
""",
    "example.com/!owner/mod/@v/list": "v1.0.0\nv1.1.0\n\nv1.3.0\nv1.4.0\n",
}


def test_modules_with_retractions_and_a_deprecation() -> None:
    facts = converse(golang, PROXY, MODULE, ("pkg:golang/stdlib", "1.22"))
    assert said(facts.version(*MODULE)) == {"published": at("2026-01-01"), "yanked": "loses data"}
    assert said(facts.package(MODULE[0])) == {
        "latest": "v1.4.0",
        "status": Status(Standing.DEPRECATED, "use example.com/owner/mod/v2 instead, please."),
        "releases": (
            Release("v1.0.0"),
            Release("v1.1.0", yanked="loses data"),
            Release("v1.3.0", yanked="published too early"),
            Release("v1.4.0"),
        ),
    }
    assert ("pkg:golang/stdlib", "1.22") not in facts.versions


@pytest.mark.parametrize(
    ("mod", "reason"),
    [
        ("module a // Deprecated: gone", "gone"),
        ("// Deprecated:\n// gone\nmodule a", "gone"),
        ("// about\n//\n// Deprecated: gone\nmodule a", "gone"),
        ("// about\n// Deprecated: not a paragraph\nmodule a", None),
        ("// Deprecated: an old comment\n\nmodule a", None),
        ("module a\n// Deprecated: too late", None),
        ("module a\nretract v1.0.0 // Deprecated: not this", None),
        ("", None),
    ],
)
def test_deprecated_modules(mod: str, reason: str | None) -> None:
    proxy = {**PROXY, "example.com/!owner/mod/@v/v1.4.0.mod": mod}
    status = converse(golang, proxy, MODULE, want=Want.STATUS).package(MODULE[0]).status
    assert (status.value.reason if status else None) == reason


def test_a_latest_version_cannot_lead_elsewhere() -> None:
    (request,) = asked(golang, MODULE, want=Want.STATUS)
    with pytest.raises(UnreadableAnswer):
        answer(golang, request, '{"Version": "../../secret"}')
