"""The algebra of signatures, over any records: what holds whatever somebody has signed, revoked and signed again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from checks.agreements.standing import Standing, State, Who, standing
from checks.agreements.terms import Corporate, Document
from checks.model.signatures import Act, Company, How, SignatureRecord, Signatures, Signer
from tests.agreements.examples import section

START = datetime(2026, 1, 1, tzinfo=UTC)
ADA, BOB = Who(1, "ada", frozenset({"ada@corp.example"})), Who(2, "bob")
COMPANY = Company("corp", "Example Corp", domains=("corp.example",), organizations=("corp",))
DOCUMENT = section(
    "documents: [{name: CLA, text: a, version: 2, compatible_with: [1.1], kind: both, since: 2026-02-01, "
    "grace: 20 days}]"
).documents[0]
#: As it is, and one under which being of the company is enough.
DOCUMENTS = st.sampled_from([DOCUMENT, replace(DOCUMENT, corporate=Corporate(acknowledge=False))])
#: Few values, so that records meet each other.
DAYS = st.integers(0, 60)
RECORDS = st.lists(
    st.builds(
        SignatureRecord,
        id=st.integers(0, 12).map(str),
        act=st.sampled_from(Act),
        document=st.sampled_from(["CLA", "CLA", "Other"]),
        version=st.sampled_from(["1", "1.1", "2"]),
        signer=st.sampled_from([Signer(1, "ada"), Signer(1, "renamed"), Signer(2, "bob"), Signer(None, "ada")]),
        at=DAYS.map(lambda days: START + timedelta(days)),
        how=st.just(How.PAGE),
        company=st.sampled_from([None, None, "corp", "other"]),
        until=st.none() | DAYS.map(lambda days: START + timedelta(days, hours=1)),
        ends=st.none() | st.integers(0, 12).map(str),
    ),
    max_size=9,
    unique_by=lambda record: record.id,
)
MOMENTS = st.floats(-1, 80).map(lambda days: START + timedelta(days))
MEMBERS = st.sampled_from([{}, {"corp": None}, {"corp": frozenset[str]()}, {"corp": frozenset({"ada"})}])


def stands(
    records: list[SignatureRecord], now: datetime, who: Who = ADA, document: Document = DOCUMENT, **more: Any
) -> Standing:
    return standing(who, document, Signatures(tuple(records), (COMPANY,), **more), now)


def plainly(found: Standing) -> tuple[object, ...]:
    """All but when it changes."""
    return found.state, found.record, found.cause, found.company, found.groups


def signed(at: datetime, id_: str = "new", **more: Any) -> SignatureRecord:
    return SignatureRecord(id_, Act.SIGNED, "CLA", "2", Signer(1, "ada"), at, How.COMMENT, **more)


@given(RECORDS, MOMENTS, MEMBERS, st.randoms())
def test_the_order_of_the_records_says_nothing(records: list[Any], now: datetime, teams: Any, random: Any) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert stands(shuffled, now, teams=teams) == stands(records, now, teams=teams)


@given(RECORDS, MOMENTS, MEMBERS)
def test_the_same_record_twice_is_one(records: list[Any], now: datetime, teams: Any) -> None:
    assert stands(records * 2, now, teams=teams) == stands(records, now, teams=teams)


@given(RECORDS, MOMENTS, MEMBERS, DOCUMENTS, st.floats(0, 1))
def test_nothing_changes_before_it_says_so(
    records: list[Any], now: datetime, teams: Any, document: Document, part: float
) -> None:
    """Time alone makes another standing only at `changes_at`: a verdict never grows old in silence."""
    found = stands(records, now, document=document, teams=teams)
    last = found.changes_at or START + timedelta(days=400)
    assert found.changes_at is None or found.changes_at > now
    later = now + (last - now) * part - timedelta(microseconds=1)
    if later > now:
        assert plainly(stands(records, later, document=document, teams=teams)) == plainly(found)


def test_leaving_a_company_tomorrow_is_foreseen() -> None:
    record = signed(START, company="corp")
    leaves = replace(record, id="left", act=Act.LEFT, at=START + timedelta(5))
    document = replace(DOCUMENT, corporate=Corporate(acknowledge=False))
    found = stands([replace(record, signer=Signer(9)), leaves], START, document=document)
    assert (found.state, found.changes_at) == (State.COVERED, START + timedelta(5))


@given(RECORDS, MOMENTS)
def test_signing_now_is_enough_whatever_was_before(records: list[Any], now: datetime) -> None:
    before = [record for record in records if record.at < now and record.ends != "new"]
    assert stands([*before, signed(now)], now).state is State.SIGNED


@given(RECORDS, MOMENTS)
def test_revoking_ends_all_of_ones_own_and_signing_again_begins_anew(records: list[Any], now: datetime) -> None:
    own = [replace(record, company=None) for record in records if record.at < now]
    own = [record for record in own if record.signer.account_id == 1 and record.ends is None]
    revoked = replace(signed(now, "end"), act=Act.REVOKED)
    assert not stands([*own, revoked], now).state.holds
    later = now + timedelta(seconds=1)
    assert stands([*own, revoked, signed(later)], later).state is State.SIGNED


@given(RECORDS, MOMENTS, MEMBERS)
def test_what_others_do_for_themselves_changes_nothing(records: list[Any], now: datetime, teams: Any) -> None:
    others = [replace(r, signer=Signer(2, "bob"), company=None, ends=None, id=f"bob-{r.id}") for r in records]
    assert stands([*records, *others], now, teams=teams) == stands(records, now, teams=teams)


@given(RECORDS, MOMENTS)
def test_the_future_says_nothing_yet(records: list[Any], now: datetime) -> None:
    past = [record for record in records if record.at <= now]
    assert plainly(stands(records, now)) == plainly(stands(past, now))


@given(RECORDS, MOMENTS)
def test_a_login_alone_never_signs(records: list[Any], now: datetime) -> None:
    """Whoever takes over a login gets nothing of what its former owner signed."""
    thief = Who(666, "ada")
    assert stands([r for r in records if not r.company], now, thief).state is State.NEVER


@given(RECORDS, MOMENTS, MEMBERS)
def test_a_further_way_to_be_covered_never_makes_it_worse(records: list[Any], now: datetime, teams: Any) -> None:
    order = list(State)
    without = standing(ADA, DOCUMENT, Signatures(tuple(records), (), teams), now)
    assert order.index(stands(records, now, teams=teams).state) <= order.index(without.state)


@given(RECORDS, MOMENTS)
def test_knowing_members_only_decides_what_was_unknown(records: list[Any], now: datetime) -> None:
    unknown = stands(records, now, BOB, teams={"corp": None})
    for members in (frozenset[str](), frozenset({"bob"})):
        known = stands(records, now, BOB, teams={"corp": members})
        assert known.state is not State.UNKNOWN
        assert unknown.state is State.UNKNOWN or unknown.state.holds or not known.state.holds


def test_the_boundaries_of_grace_and_of_an_end() -> None:
    old = [replace(signed(START), version="1")]
    grace_ends = datetime(2026, 2, 21, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    assert stands(old, grace_ends - tick) == Standing(State.GRACE, DOCUMENT, old[0], changes_at=grace_ends)
    assert stands(old, grace_ends).state is State.OUTDATED
    ending = [signed(START, until=START + timedelta(1))]
    assert stands(ending, START + timedelta(1)).state is State.SIGNED
    assert stands(ending, START + timedelta(1) + tick).state is State.ENDED
    endless = [signed(START, until=datetime.max.replace(tzinfo=UTC))]
    assert stands(endless, grace_ends).changes_at is None
