"""The page of a policy: everything that it says, for whom, from when on, and how to ask."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from checks.model.phrase import Phrase, say
from checks.policy.layers import PolicySet
from checks.policy_page.overrides import concerns_public
from checks.policy_page.overrides import parts as override_parts
from checks.policy_page.page import Block, Bullets, Page, Paragraph, Part, Row, Table
from checks.policy_page.sections import part, roots, title
from checks.policy_page.whole import ABOUT, ASK, MODE, commit, waivers
from checks.policy_page.words import LEVELS, Edition, Scene, inner, marked, on_day, sentence
from checks.rules.check import Check

_CONTRIBUTE = ("signoff", "agreements")


def document(policies: PolicySet, checks: Iterable[Check], edition: Edition, now: datetime) -> Page:
    """The page for an edition as it is at `now` (UTC); equal arguments give an equal page."""
    checks = _in_order(checks)
    scene = Scene(policies.with_only((), now), edition, now)
    on = [check for check in checks if check.id in scene.policy.sections]
    found = (
        Part("contribute", ("How to contribute",), tuple(_contribute(on)), _sections(on, scene, True)),
        *_sections(on, scene, False),
        _not_known(on, scene),
        _elsewhere(policies, checks, scene),
        _later(policies, scene),
        Part("ask", ("How to ask",), roots(scene, ASK)),
        Part("exceptions", ("Exceptions",), tuple(waivers(scene.policy.root.waivers, scene))),
        _about(policies, scene),
    )
    kept = tuple(item for item in found if not item.empty)
    return Page("Open source policy", tuple(_summary(on, checks, scene)), kept)


def _in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """As CHECKS has them, and what is read at last."""
    return tuple(sorted(checks, key=lambda check: check.id == "inventory"))


def _summary(on: list[Check], checks: Iterable[Check], scene: Scene) -> Iterator[Block]:
    yield Paragraph(
        (
            "This is what every pull request is judged by. It is made from the policy file that judges, so that the "
            "two never differ. It says what the organization decided; it is no legal advice.",
        )
    )
    if scene.internal:
        yield Paragraph(("This edition is for the organization only.",))
    yield from MODE(scene.policy.root.mode, scene)
    stops = [check for check in on if "block" in scene.policy.levels[check.id].values()]
    named = (inner(title(check)) + ("" if check in stops else " (stops nothing now)") for check in on)
    yield Paragraph((f"Judged are: {'; '.join(named)}.",))
    off = [inner(title(check)) for check in checks if check not in on]
    if off:
        yield Paragraph(("Not judged: " + "; ".join(off) + ".",))


def _contribute(on: list[Check]) -> Iterator[Block]:
    yield Paragraph(
        (
            "Open a pull request. The check ospo-gate judges it and says in a comment what is left to do; what turns "
            "green by itself, and what somebody else has to do, it says, too.",
        )
    )
    if not any(check.id in _CONTRIBUTE for check in on):
        yield Paragraph(("Nothing has to be signed.",))


def _sections(on: list[Check], scene: Scene, contribute: bool) -> tuple[Part, ...]:
    return tuple(part(check, scene) for check in on if (check.id in _CONTRIBUTE) is contribute)


def _not_known(on: list[Check], scene: Scene) -> Part:
    """What happens where something cannot be known is a decision, too, and the one that people meet most."""
    rows = [
        Row((say("{}", rule.id), marked(rule.summary), (LEVELS[scene.policy.levels[check.id][rule.id]],)))
        for check in on
        for rule in check.rules
        if rule.could_not_tell
    ]
    said = Paragraph(
        ("What nobody can tell is never taken for good. It is a rule of its own, and this is what each does:",)
    )
    return Part(
        "unknown", ("What cannot be known",), (said, Table(("Rule", "When it speaks", "What it does"), tuple(rows)))
    )


def _elsewhere(policies: PolicySet, checks: Iterable[Check], scene: Scene) -> Part:
    found = tuple(override_parts(policies, checks, scene))
    said = Paragraph(("What is said above holds everywhere else. Where several of these hold, the later one counts.",))
    return Part("elsewhere", ("Where something else holds",), (said,) if found else (), found)


def _later(policies: PolicySet, scene: Scene) -> Part:
    """What comes into force on a day."""
    days: list[tuple[str, Phrase]] = []
    for rule, coming in scene.policy.coming.items():
        words = f" {LEVELS[coming.level]}; until then it {LEVELS[coming.until_then]}."
        days.append((str(coming.day), (f"From {on_day(coming.day.date)} on ", *say("{}", rule), words)))
    for entry in scene.policy.coming_entries:
        told_then = say(" on, {} has {}.", (".".join(entry.path[:-1]),), entry.name)
        days.append((str(entry.day), (f"From {on_day(entry.day.date)}", *told_then)))
    for item in policies.overrides:
        told = scene.internal or concerns_public(item.match)
        if told and item.day is not None and scene.now < item.day.begins:
            words = "more holds: “Where something else holds” says what" if scene.internal else "something changes"
            days.append((str(item.day), (f"From {on_day(item.day.date)} on {words}.",)))
    entries = tuple(dict.fromkeys(entry for _, entry in sorted(days)))
    return Part("later", ("What comes later",), (Bullets(entries),) if entries else ())


def _about(policies: PolicySet, scene: Scene) -> Part:
    reference = policies.reference
    made = (
        commit(reference.source, reference.revision, reference.digest)
        if scene.internal
        else [sentence("Version of the policy (SHA-256): {}.", reference.digest)]
    )
    words = (f"As of {on_day(scene.now.date())}, {scene.edition} edition.",)
    return Part("about", ("About this policy",), (*roots(scene, ABOUT), *made, Paragraph(words)))
