"""The sources together, each a real server on loopback: what is asked, how often, and what stays open."""

from collections.abc import Iterator

import pytest

from checks.model.facts import Want
from tests.online.looked_up import EVERYTHING, Office, npm, reasons, value
from tests.standins import Fault, Standins


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as running:
        yield running


def test_everything_about_a_package(standins: Standins) -> None:
    project = {"projectKey": {"id": "github.com/example/left-pad"}, "relationType": "SOURCE_REPO"}
    related = [project | {"relationProvenance": "SLSA_ATTESTATION"}]
    standins.depsdev.knows("NPM", "left-pad", "1.0.0", "WTFPL", relatedProjects=related)
    standins.depsdev.projects["github.com/example/left-pad"] = {
        "scorecard": {"overallScore": 5.5, "checks": [{"name": "Maintained", "score": 3, "reason": "few commits"}]}
    }
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    standins.kev.exploited["CVE-2026-0001"] = "2026-02-03"
    standins.epss.scores["CVE-2026-0001"] = ("0.25", "0.9")
    standins.endoflife.knows("left-pad", "pkg:npm/left-pad", _1="2026-12-31")
    standins.ecosystems.packages["pkg:npm/left-pad"] = {"dependent_packages_count": 42, "maintainers": [{}, {}]}

    facts = Office(standins).ask({npm("left-pad"): EVERYTHING | Want.RELEASES | Want.HEALTH | Want.LIFECYCLE})

    known, package = facts.version(*npm("left-pad")), facts.package("pkg:npm/left-pad")
    assert (value(known.license), known.license and known.license.source) == ("WTFPL", "deps.dev")
    assert value(known.published).isoformat() == "2024-03-01T12:00:00+00:00"
    assert value(known.advisories) == ("GHSA-aaaa-bbbb-cccc",)
    assert known.gaps == ()
    assert facts.advisories["GHSA-aaaa-bbbb-cccc"].aliases == ("CVE-2026-0001",)
    assert facts.exploited["CVE-2026-0001"].value.added.isoformat() == "2026-02-03"
    assert facts.likelihoods["CVE-2026-0001"].value.probability == 0.25
    assert [release.version for release in value(package.releases)] == ["1.0.0"]
    assert value(package.scorecard).overall == 5.5
    assert [cycle.name for cycle in value(package.cycles)] == ["1"]
    assert value(package.dependents) == 42
    assert {state.name: state.trouble for state in facts.sources} == dict.fromkeys(
        ("deps.dev", "OSV", "KEV", "EPSS", "endoflife.date", "ecosyste.ms"), None
    )


def test_five_hundred_packages_cost_a_handful_of_requests_and_then_none(standins: Standins) -> None:
    for number in range(500):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0")
    for number in range(20):
        standins.osv.knows(
            f"GHSA-0000-0000-00{number:02}", "npm", f"package-{number}", "1.0.0", aliases=[f"CVE-2026-1{number:03}"]
        )
    office = Office(standins)
    questions = {npm(f"package-{number}"): EVERYTHING | Want.LIFECYCLE for number in range(500)}

    facts = office.ask(questions)
    assert standins.counts == {"depsdev": 1, "osv": 1 + 20, "kev": 1, "epss": 1, "endoflife": 1}
    assert len(facts.advisories) == 20
    assert all(not known.gaps for known in facts.versions.values())

    standins.forget()
    assert office.ask(questions) == facts
    assert standins.counts == {}


def test_health_of_five_hundred_packages(standins: Standins) -> None:
    """One source takes no more than a hundred packages a batch."""
    related = [
        {
            "projectKey": {"id": "github.com/example/all"},
            "relationType": "SOURCE_REPO",
            "relationProvenance": "GO_ORIGIN",
        }
    ]
    for number in range(500):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0", relatedProjects=related)
    Office(standins).ask({npm(f"package-{number}"): EVERYTHING | Want.HEALTH for number in range(500)})
    assert standins.counts == {"depsdev": 2, "osv": 1, "ecosystems": 5}


def test_versions_of_a_package_cost_a_request_each(standins: Standins) -> None:
    for number in range(3):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0")
    Office(standins).ask({npm(f"package-{number}"): Want.RELEASES for number in range(3)})
    assert standins.counts == {"depsdev": 3}


def test_a_changed_advisory_is_asked_for_again_and_no_other(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", summary="old")
    standins.osv.knows("GHSA-aaaa-bbbb-dddd", "npm", "left-pad", "1.0.0")
    office = Office(standins)
    office.ask({npm("left-pad"): Want.ADVISORIES})
    standins.osv.records["GHSA-aaaa-bbbb-cccc"] |= {"modified": "2026-11-20T13:00:00Z", "summary": "new"}
    standins.forget()
    office.clock.passes(hours=4)
    facts = office.ask({npm("left-pad"): Want.ADVISORIES})
    assert standins.osv.paths == ["/v1/querybatch", "/v1/vulns/GHSA-aaaa-bbbb-cccc"]
    assert facts.advisories["GHSA-aaaa-bbbb-cccc"].summary == "new"


def test_pages_are_followed(standins: Standins) -> None:
    standins.osv.page_size = 2
    for number in range(5):
        standins.osv.knows(f"GHSA-0000-0000-000{number}", "npm", "left-pad", "1.0.0")
    standins.depsdev.page_size = 2
    for number in range(5):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0")
    office = Office(standins)
    known = office.ask({npm("left-pad"): Want.ADVISORIES}).version(*npm("left-pad"))
    assert len(value(known.advisories)) == 5
    facts = office.ask({npm(f"package-{number}"): Want.LICENSE for number in range(5)})
    assert all(facts.version(*npm(f"package-{number}")).license for number in range(5))


def test_an_impossible_name_does_not_take_the_batch_with_it(standins: Standins) -> None:
    standins.osv.refuses = frozenset({"package-13"})
    for number in range(100):
        standins.osv.knows(f"GHSA-0000-0000-0{number:03}", "npm", f"package-{number}", "1.0.0")
    facts = Office(standins).ask({npm(f"package-{number}"): Want.ADVISORIES for number in range(100)})
    unanswered = [purl for (purl, _), known in facts.versions.items() if known.gaps or not known.advisories]
    assert unanswered == ["pkg:npm/package-13"]
    assert reasons(facts.version(*npm("package-13")), Want.ADVISORIES) == {"OSV": "it refused the request (HTTP 400)"}


def test_a_source_that_refuses_everything_is_not_asked_for_ever(standins: Standins) -> None:
    with standins.osv.behaving(Fault(status=400)):
        facts = Office(standins).ask({npm(f"package-{number}"): Want.ADVISORIES for number in range(500)})
    assert len(standins.osv.calls) <= 1 + 2 * 40
    assert all(facts.version(*npm(f"package-{number}")).silent(Want.ADVISORIES) for number in range(500))


def test_an_advisory_that_cannot_be_read_leaves_a_gap_beside_its_name(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0")
    standins.osv.knows("GHSA-aaaa-bbbb-dddd", "npm", "right-pad", "1.0.0")
    office = Office(standins)
    with standins.osv.behaving(Fault(status=404, path="/v1/vulns/GHSA-aaaa-bbbb-cccc")):
        facts = office.ask({npm("left-pad"): Want.ADVISORIES, npm("right-pad"): Want.ADVISORIES})
    known = facts.version(*npm("left-pad"))
    assert value(known.advisories) == ("GHSA-aaaa-bbbb-cccc",)
    assert reasons(known, Want.ADVISORIES) == {"OSV": "it names an advisory that it does not give"}
    assert facts.version(*npm("right-pad")).gaps == ()
    assert office.ask({npm("left-pad"): Want.ADVISORIES}).version(*npm("left-pad")).gaps == ()


def test_where_exploitation_cannot_be_told_the_vulnerable_version_says_so(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    with standins.kev.behaving(Fault(status=403)), standins.epss.behaving(Fault(body=b"[]")):
        facts = Office(standins).ask({npm("left-pad"): Want.ADVISORIES, npm("right-pad"): Want.ADVISORIES})
    assert reasons(facts.version(*npm("left-pad")), Want.ADVISORIES) == {
        "KEV": "it refused the request (HTTP 403)",
        "EPSS": "its answer cannot be read: it is not a JSON object",
    }
    assert facts.version(*npm("right-pad")).gaps == ()


def test_a_second_step_that_is_refused_leaves_a_gap(standins: Standins) -> None:
    for name in ("left-pad", "right-pad"):
        related = {"projectKey": {"id": f"github.com/example/{name}"}, "relationType": "SOURCE_REPO"}
        standins.depsdev.knows("NPM", name, "1.0.0", relatedProjects=[related | {"relationProvenance": "GO_ORIGIN"}])
    with standins.depsdev.behaving(Fault(status=400, path="/v3alpha/projectbatch")):
        facts = Office(standins).ask({npm("left-pad"): Want.HEALTH, npm("right-pad"): Want.HEALTH})
    assert facts.package("pkg:npm/left-pad").silent(Want.HEALTH)
    assert facts.package("pkg:npm/right-pad").silent(Want.HEALTH)


@pytest.mark.parametrize("name", ["endoflife", "kev", "osv", "depsdev"])
def test_an_address_that_leads_to_nothing_is_no_answer(standins: Standins, name: str) -> None:
    """Not found is an answer about one package, never about a batch or about all there is."""
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    with standins.each[name].behaving(Fault(status=404)):
        facts = Office(standins, DISABLED="github").ask({npm("left-pad"): EVERYTHING | Want.LIFECYCLE})
    gaps = (*facts.version(*npm("left-pad")).gaps, *facts.package("pkg:npm/left-pad").gaps)
    assert {gap.reason for gap in gaps} == {"there is no such service at its address (HTTP 404)"}


def test_an_unknown_kind_of_package_is_said_to_be_unknown(standins: Standins) -> None:
    facts = Office(standins).ask({("pkg:cocoapods/AFNetworking", "4.0.1"): Want.ADVISORIES | Want.PUBLISHED})
    known = facts.version("pkg:cocoapods/AFNetworking", "4.0.1")
    assert reasons(known, Want.ADVISORIES) == {"online sources": "none that is asked knows this of such packages"}
    assert reasons(known, Want.PUBLISHED) == {"online sources": "none that is asked knows this of such packages"}


@pytest.mark.parametrize(
    ("purl", "version"),
    [
        ("pkg:npm/left-pad", None),
        ("pkg:npm/left-pad", "1.0 .0"),
        ("pkg:npm/..", "1.0.0"),
        ("pkg:npm/" + "x" * 400, "1.0.0"),
        ("pkg:npm/a%0Ab", "1.0.0"),
        ("pkg:npm/left-pad?repository_url=evil.example", "1.0.0"),
    ],
)
def test_a_name_that_nobody_takes_is_never_silently_without_advisories(
    standins: Standins, purl: str, version: str | None
) -> None:
    facts = Office(standins).ask({(purl, version): EVERYTHING | Want.RELEASES})
    assert facts.version(purl, version).silent(Want.ADVISORIES)
    assert not any(call.method == "POST" for call in standins.osv.calls)


def test_a_source_that_is_turned_off_is_not_asked(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    facts = Office(standins, DISABLED="osv depsdev kev epss endoflife scorecard ecosystems clearlydefined github").ask(
        {npm("left-pad"): EVERYTHING | Want.LIFECYCLE}
    )
    assert standins.counts == {}
    assert facts.version(*npm("left-pad")).silent(Want.ADVISORIES)
    assert facts.package("pkg:npm/left-pad").silent(Want.LIFECYCLE)


def test_a_license_that_one_source_lacks_is_asked_of_the_next(standins: Standins) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.0.0", "")
    standins.clearlydefined.declared["npm/npmjs/-/left-pad/1.0.0"] = "WTFPL"
    facts = Office(standins).ask({npm("left-pad"): Want.LICENSE})
    known = facts.version(*npm("left-pad"))
    assert (value(known.license), known.license and known.license.source) == ("WTFPL", "ClearlyDefined")


def test_second_opinions_stand_beside_the_first_one(standins: Standins) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.0.0", "MIT")
    standins.clearlydefined.declared["npm/npmjs/-/left-pad/1.0.0"] = "WTFPL"
    silent = Office(standins).ask({npm("left-pad"): Want.LICENSE}).version(*npm("left-pad"))
    asked = Office(standins, SECOND_OPINIONS="true").ask({npm("left-pad"): Want.LICENSE}).version(*npm("left-pad"))
    assert silent.opinions == ()
    assert value(asked.license) == "MIT"
    assert [(opinion.value, opinion.source) for opinion in asked.opinions] == [("WTFPL", "ClearlyDefined")]


def test_where_osv_cannot_answer_github_is_asked(standins: Standins) -> None:
    standins.github.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "< 2.0.0")
    office = Office(standins)
    questions = {npm("left-pad"): Want.ADVISORIES, npm("right-pad"): Want.ADVISORIES}
    with standins.osv.behaving(Fault(status=500)):
        first, second = office.ask(questions), office.ask(questions)
    assert value(first.version(*npm("left-pad")).advisories) == ("GHSA-aaaa-bbbb-cccc",)
    assert value(first.version(*npm("right-pad")).advisories) == ()
    assert first.advisories["GHSA-aaaa-bbbb-cccc"].source == "GitHub"
    assert reasons(first.version(*npm("left-pad")), Want.ADVISORIES).keys() == {"OSV"}
    assert second.advisories == first.advisories
    assert len(standins.github.calls) == 2
    assert Office(standins).ask(questions).advisories == {}
    assert len(standins.github.calls) == 2


DOWN = {
    "refuses": Fault(status=403),
    "fails": Fault(status=500),
    "is limited": Fault(status=429, headers={"Retry-After": "3600"}),
    "breaks off": Fault(half=True),
    "lies about its form": Fault(content_type="text/html"),
    "is not JSON": Fault(body=b"<html>"),
    "has another shape": Fault(
        body=b'{"responses": 7, "results": "x", "vulnerabilities": {}, "data": {}, "result": 1}'
    ),
    "nests too deeply": Fault(body=b"[" * 100_000),
    "sends too much": Fault(packed_zeros=60_000_000),
    "leads elsewhere": Fault(status=302, headers={"Location": "https://elsewhere.example/"}),
}


ANSWERED_BY = {
    "depsdev": Want.LICENSE | Want.PUBLISHED | Want.STATUS,
    "osv": Want.ADVISORIES,
    "endoflife": Want.LIFECYCLE,
    "kev": Want.ADVISORIES,
    "epss": Want.ADVISORIES,
}


@pytest.mark.parametrize("fault", DOWN.values(), ids=DOWN)
@pytest.mark.parametrize("name", ANSWERED_BY)
def test_each_source_down_in_turn(standins: Standins, name: str, fault: Fault) -> None:
    """Exactly the question that it should have answered stays open, with a reason; everything else is there."""
    standins.depsdev.knows("NPM", "left-pad", "1.0.0")
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    all_ = EVERYTHING | Want.LIFECYCLE
    with standins.each[name].behaving(fault):
        facts = Office(standins, DISABLED="clearlydefined ecosystems github").ask({npm("left-pad"): all_})
    gaps = (*facts.version(*npm("left-pad")).gaps, *facts.package("pkg:npm/left-pad").gaps)
    assert gaps
    assert all(gap.about & ANSWERED_BY[name] and gap.reason for gap in gaps)
    assert not any(gap.about & (all_ & ~ANSWERED_BY[name]) for gap in gaps)
    assert [state.name for state in facts.sources if state.trouble] == [gaps[0].source]
    assert all(gap.retry_at is not None for gap in gaps)
