"""What verdicts and lookups cost in requests, on the cases of the benchmark."""

from tests.benchmarks.bench_facts_online import VULNERABLE, judged, known, looked_up
from tests.online.looked_up import Office
from tests.standins import Standins


def test_a_pull_request_with_five_hundred_packages() -> None:
    """One request a source, one for each hundred direct dependencies to ecosyste.ms, one for each advisory."""
    with Standins() as standins:
        known(standins)
        office = Office(standins)
        batches = {"depsdev": 1, "osv": 1 + VULNERABLE, "endoflife": 1, "kev": 1, "epss": 1, "ecosystems": 1}
        assert judged(office).requests == batches
        assert judged(office).requests == {}


def test_the_fixes_of_that_pull_request() -> None:
    """One request for each list of versions that a fix needs, and one each for all candidates together."""
    with Standins() as standins:
        known(standins)
        office = Office(standins)
        judged(office)
        assert judged(office, fully=True).requests == {"depsdev": VULNERABLE + 1, "osv": 1}
        assert judged(office, fully=True).requests == {}


def test_a_thousand_lookups_at_the_same_time() -> None:
    with Standins() as standins:
        known(standins)
        assert looked_up(Office(standins)).requests == {"depsdev": 1, "osv": 1 + VULNERABLE, "kev": 1, "epss": 1}
