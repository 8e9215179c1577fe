"""The keys of the policy besides its sections in words: who answers, how to ask, and what the policy is."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.model.phrase import Phrase, join, say
from checks.policy.waivers import Waiver
from checks.policy_page.page import Block, Bullets, Paragraph, Row, Table
from checks.policy_page.words import (
    LEVELS,
    Say,
    Scene,
    bullets,
    choice,
    covering,
    inside,
    line,
    listed,
    names,
    on_day,
    quoted,
    sentence,
    shown,
)

MODE = choice(
    {
        "enforce": "What the policy does not let through cannot merge.",
        "evaluate": "Verdicts are shown and stop nothing yet; what stops a merge by the words below, will.",
        "off": "Nothing is judged at present.",
    }
)


def _owner(value: Any, scene: Scene) -> Iterator[Block]:
    if value.team and scene.internal:
        yield sentence("{} answers for this policy.", value.team)
    if value.contact:
        yield sentence("Questions: {}.", value.contact)
    if value.responds_within:
        yield sentence("A request is answered within {}.", value.responds_within)
    if value.escalate_to and scene.internal:
        yield sentence("If it is not, {} is told.", value.escalate_to)


def _comments(value: Any, _scene: Scene) -> Iterator[Block]:
    if not value.enabled or value.requests == "nobody":
        obeyed = "Commands in comments are not obeyed" if not value.enabled else "Nobody can ask by a comment"
        yield Paragraph((f"{obeyed}; ask whoever answers for the policy.",))
        if not value.enabled:
            return
    else:
        yield Paragraph(("Write one of these in a comment on the pull request, with the id of the finding:",))
        finding = "/ospo-gate {} lic-4k7 REASON"
        yield Bullets(
            (
                say("{}: an exception for this case, which has an end", finding.format("waive")),
                say("{}: the data is wrong, and what is right", "/ospo-gate wrong lic-4k7 WHAT IS RIGHT"),
                say("{}: the policy should allow it for everybody", finding.format("allow")),
            )
        )
        who = "Who may write to the repository may ask"
        who += ", and so may the author as a member of the organization" if value.requests != "writers" else ""
        yield Paragraph((f"{who}. Others ask a reviewer to do it.",))
    yield Paragraph((f"In an hour {value.per_hour} commands of one person on one pull request are obeyed.",))


def _approvers(value: Any, scene: Scene) -> Iterator[Block]:
    if not value:
        yield Paragraph(("Exceptions are approved by whoever answers for the policy, and never by who asked.",))
    elif not scene.internal:
        yield Paragraph(("Exceptions are approved by people whom the policy names, and never by who asked.",))
    else:
        rows = (Row(((subject,), listed(who, " or "))) for subject, who in value.items())
        yield Paragraph(("Who approves exceptions; nobody approves their own:",))
        yield Table(("About", "Approved by"), tuple(rows))


def _waivers_last(value: Any, _scene: Scene) -> Iterator[Block]:
    if value:
        said = (f"{time} for what {LEVELS[level]}" for level, time in value.items())
        yield Paragraph((f"An exception lasts at most {', '.join(said)}.",))


ASK: Mapping[str, Say] = {
    "owner": _owner,
    "comments": _comments,
    "approvers": _approvers,
    "waivers_last": _waivers_last,
    "unwaivable": names("There are no exceptions from these rules: {}."),
    "remind_before": inside(line("People are reminded of the end of an exception {} before.")),
}


def waivers(value: tuple[Waiver, ...], scene: Scene) -> Iterator[Block]:
    """All of them for the organization, their number for everybody."""
    live = sum(waiver.live(scene.now) for waiver in value)
    yield Paragraph((_how_many(live, len(value) - live),))
    if scene.internal and value:
        rows = tuple(_waiver(waiver, scene) for waiver in sorted(value, key=lambda item: (item.expires, item.id)))
        yield Table(("Reference", "Covers", "Why", "Who", "Until"), rows)


def _how_many(live: int, others: int) -> str:
    holds = (
        "No exception holds now"
        if not live
        else "1 exception holds now"
        if live == 1
        else f"{live} exceptions hold now"
    )
    return f"{holds}; {others} more ended or begin later." if others else f"{holds}."


def _waiver(waiver: Waiver, scene: Scene) -> Row:
    covers: list[Phrase] = [listed(waiver.rules)]
    covers += [covering(waiver.package, waiver.versions)] if waiver.package else []
    covers += [say("versions {}", waiver.versions)] if waiver.versions and not waiver.package else []
    covers += [say("below {}", str(waiver.below))] if waiver.below else []
    for word, items in (
        ("advisories", waiver.advisories),
        ("licenses", waiver.licenses),
        ("in", waiver.repositories),
        ("branches", waiver.branches),
        ("files", waiver.paths),
        ("commits", waiver.commits),
    ):
        covers += [say(f"{word} {{}}", listed(items))] if items else []
    covers += [say("where {} is {}", name, listed(items, " or ")) for name, items in waiver.properties.items()]
    why = [say("{}", str(waiver.reason.code))] if waiver.reason.code else []
    why += [quoted(waiver.reason.text)]
    why += [("meanwhile: ", *quoted(waiver.compensating_control))] if waiver.compensating_control else []
    why += [say("ticket {}", waiver.ticket)] if waiver.ticket else []
    why += [say("renews {}", str(waiver.renewal_of))] if waiver.renewal_of else []
    who = say("approved by {}", str(waiver.approved_by))
    who += say("; asked for by {}", str(waiver.requested_by)) if waiver.requested_by else ()
    until = f"{on_day(waiver.expires.date)}{' (ended)' if waiver.ended(scene.now) else ''}"
    until += f", from {on_day(waiver.created.date)}" if waiver.created else ""
    cells = (say("{}", str(waiver.id)), join(covers, "; "), join(why, "; "), who, (until,))
    return Row(cells)


def _repository_file(value: Any, _scene: Scene) -> Iterator[Block]:
    if value.honor:
        yield sentence("A repository may be stricter, in its own file {}.", str(value.path))


def _owners(value: Any, _scene: Scene) -> Iterator[Block]:
    yield sentence("The custom property {} of a repository names who answers for it.", value.property)
    if value.repositories:
        yield Paragraph(("Who answers for repositories:",))
        rows = (say("{}: {}", str(pattern), listed(who)) for pattern, who in value.repositories.items())
        yield Bullets(tuple(rows))
    if value.default:
        yield sentence("For all others: {}.", listed(value.default))


def _check_name(entry: tuple[str, str], _scene: Scene) -> Phrase:
    return say("{} for {}", entry[1], (entry[0],))


ABOUT: Mapping[str, Say] = {
    "version": lambda value, _: [Paragraph((f"Format {value} of policy files.",))],
    "edition": line("The policy is of the edition {}: rules that came later are notes."),
    "minimum_version": line("It is applied by ospo-gate {} or newer."),
    "extends": inside(names("It stands on {}.")),
    "locked": inside(names("Nobody who extends it, and no override, may touch {}.")),
    "mode_property": inside(
        line("The custom property {} of a repository says whether verdicts are enforced there."),
        "Each repository has a mode of its own: verdicts are enforced, only shown, or not made.",
    ),
    "repository_file": _repository_file,
    "owners": inside(_owners),
    "facts": lambda value, _: (
        [sentence("What is known of packages may be {} old, and no older.", value.maximum_age)]
        if value.maximum_age
        else ()
    ),
    "check_names": inside(
        lambda value, scene: bullets("Fixed names of check runs:", _check_name)(tuple(value.items()), scene)
    ),
}


def commit(source: str, revision: str | None, digest: str) -> Iterator[Block]:
    """Which version of the policy the page was made of."""
    at = say(" at {}", revision) if revision else ()
    yield sentence("Made from {}{}, SHA-256 {}.", source, at, digest)


def until(value: Any) -> Phrase:
    """A day from which on something holds."""
    return ("From ", *shown(value), " on")
