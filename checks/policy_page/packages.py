"""The sections `vulnerabilities`, `freshness` and `packages` in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.model.phrase import Phrase, join, say
from checks.policy_page.page import Block, Bullets, Paragraph
from checks.policy_page.words import (
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

_SEVERITIES = ("critical", "high", "moderate", "low")


def _fix_within(value: Any, _scene: Scene) -> Iterator[Block]:
    times = [(name, getattr(value, name)) for name in _SEVERITIES if getattr(value, name)]
    if not times:
        yield Paragraph(("A vulnerability that was there before a change has no time of grace where it counts.",))
        return
    yield Paragraph(("A vulnerability in a package that was there before may stay for a time:",))
    yield Bullets(tuple((f"{name}: {time}",) for name, time in times))


def _vex(value: Any, _scene: Scene) -> Iterator[Block]:
    if value is not None:
        who = "by anybody" if value.authors == ("*",) else say("by {}", listed(value.authors, " or "))
        who = who if isinstance(who, tuple) else (who,)
        template = "Statements that a vulnerability does not matter (VEX) count if they stand in {} and are {}."
        yield sentence(template, listed(value.files), who)


def _track(value: Any, _scene: Scene) -> Iterator[Block]:
    if value is None:
        return
    counts = [
        *(["what it finds in packages"] if value.findings else []),
        *(["its analyses that a vulnerability does not matter"] if value.analyses else []),
        *([_VIOLATIONS[value.violations]] if value.violations in _VIOLATIONS else []),
    ]
    yield sentence("Of what Dependency-Track reports, this counts: {}.", listed(counts) if counts else "nothing")


_VIOLATIONS = {
    "fail": "violations of its policies that fail",
    "warn": "violations of its policies that fail or warn",
    "info": "every violation of its policies",
}


def _accepted(entry: Any, _scene: Scene) -> Phrase:
    where = (" in ", *covering(entry.package, entry.versions)) if entry.package else ()
    where = where or (say(" in versions {}", entry.versions) if entry.versions else ())
    until = say(" until {}, accepted by {}: ", (on_day(entry.expires.date),), str(entry.approved_by))
    return (*say("{}", str(entry.advisory)), *where, *until, *quoted(entry.reason))


VULNERABILITIES: Mapping[str, Say] = {
    "block_from": choice(
        {
            "critical": "A package counts as vulnerable from the severity critical on.",
            "high": "A package counts as vulnerable from the severity high on.",
            "moderate": "A package counts as vulnerable from the severity moderate on.",
            "low": "A package counts as vulnerable whatever the severity.",
        }
    ),
    "fix_within": _fix_within,
    "clock": choice(
        {
            "first-detected": "That time begins when the vulnerability is first seen in the repository.",
            "fix-available": "That time begins when a version that fixes it is published.",
        }
    ),
    "epss": lambda value, _: (
        [sentence("A vulnerability counts, too, if it is exploited within 30 days with a probability of {} or more "
                  "(EPSS).", (str(value.block_from),))] if value else ()
    ),
    "vex": inside(_vex, "Statements that a vulnerability does not matter (VEX) count if people we trust make them."),
    "dependency_track": inside(_track, "What our Dependency-Track reports counts, as far as the policy takes it up."),
    "accept": bullets("Accepted for a time:", _accepted, "Vulnerabilities that are accepted for a time: {}."),
}  # fmt: skip


def _minimum_age(value: Any, _scene: Scene) -> Iterator[Block]:
    yield sentence("A version waits until it has been published for {}, so that others find out first.", value.default)
    others = [(name, getattr(value, name)) for name in ("major", "minor", "patch") if getattr(value, name)]
    if others:
        said = (f"{time} for {name} updates" for name, time in others)
        yield Paragraph(("It is ", *join(((item,) for item in said), last=" and "), "."))


def _behind(value: Any, _scene: Scene) -> Iterator[Block]:
    limits = [(getattr(value, name), name) for name in ("major", "minor") if value and getattr(value, name) is not None]
    if limits:
        said = join(((f"{number} newer {name} versions",) for number, name in limits), last=" or ")
        yield Paragraph(("A package is behind if there are more than ", *said, "."))


def _libyears(value: Any, _scene: Scene) -> Iterator[Block]:
    if value is None:
        return
    limits = [f"{limit} for {who}" for limit, who in ((value.total, "all together"), (value.worst, "one")) if limit]
    most = f", and at most {' and '.join(limits)}" if limits else ""
    yield Paragraph((f"How far behind packages are is counted in years (libyears){most}.",))


def _pin(value: Any, _scene: Scene) -> Iterator[Block]:
    actions = {"sha": "a full commit id", "tag": "a version or a commit id, no branch", "off": "anything"}
    images = {"digest": "a digest", "tag": "a digest or a tag other than latest", "off": "anything"}
    words = f"Actions are pinned to {actions[value.actions]}, images to {images[value.images]}."
    yield Paragraph((words,))


FRESHNESS: Mapping[str, Say] = {
    "minimum_age": _minimum_age,
    "transitive": choice(
        {
            True: "Packages that come with others wait as long.",
            False: "Packages that come with others do not wait.",
        }
    ),
    "security_fixes": choice(
        {
            "exempt": "An update that leaves a known vulnerability and brings none does not wait.",
            "wait": "An update that fixes a vulnerability waits, too.",
        }
    ),
    "exempt": inside(
        names("{} need not wait, be known to a source or be pinned."), "Some packages of our own need not wait."
    ),
    "maximum_age": line("A version that was published more than {} ago is too old."),
    "behind": _behind,
    "libyears": _libyears,
    "unmaintained_after": line("A package without a release for {} counts as unmaintained."),
    "end_of_life": lambda value, _: [
        sentence("The end of support of a runtime, an image or a framework is told {} before.", value.notify)
    ],
    "pin": _pin,
}

_RINGS = {"adopt": "use it", "trial": "on trial", "hold": "no new uses", "avoid": "do not use it"}


def _advised(entry: Any, scene: Scene) -> Phrase:
    said: list[Phrase] = [covering(entry.package, entry.versions), (f": {_RINGS[entry.advice.value]}",)]
    if entry.instead:
        said.append(say("; instead {}", listed(entry.instead, " or ")))
    if entry.reason:
        said.append((": ", *quoted(entry.reason)))
    days = [("decided ", *shown(entry.decided))] if entry.decided else []
    days += [("looked at again by ", *shown(entry.review_by))] if entry.review_by else []
    days += [("by ", *shown(entry.owner))] if entry.owner and scene.internal else []
    said += [(" (", *join(days), ")")] if days else []
    said += [(" ", *shown(entry.link))] if entry.link and scene.internal else []
    return tuple(part for phrase in said for part in phrase)


def _sources(value: Any, scene: Scene) -> Iterator[Block]:
    if value.registries is not None:
        yield sentence(
            "Registries and archives that packages may come from: {}.", listed(value.registries) or ("none",)
        )
    if value.git is not None:
        yield sentence("Repositories that packages may come from: {}.", listed(value.git) or ("none",))
    if value.internal:
        yield sentence("Our own hosts, which nobody outside reaches: {}.", listed(value.internal))


def _popular(value: Any, _scene: Scene) -> Iterator[Block]:
    if value:
        yield Paragraph(("New packages must not nearly have one of these names:",))
        yield Bullets(tuple(say("{}: {}", (str(type_),), listed(items)) for type_, items in value.items()))


def _accept(value: Any, _scene: Scene) -> Iterator[Block]:
    asked: list[Phrase] = []
    if value.scorecard:
        scores = (say("{} at least {}", (str(name),), least) for name, least in value.scorecard.minimum.items())
        asked.append(("in the OpenSSF Scorecard ", *join(scores)))
    for template, limit in (
        ("at least {} people who may publish it", value.maintainers),
        ("a release within the last {}", value.released_within),
        ("a first release at least {} ago", value.age),
        ("at least {} packages that use it", value.dependents),
    ):
        asked += [say(template, shown(limit))] if limit is not None else []
    asked += [("all releases under one license",)] if value.license_history == "stable" else []
    if not asked:
        yield Paragraph(("Nothing more is asked of a package that is new here.",))
        return
    yield Paragraph(("A package that is new here must have:",))
    yield Bullets(tuple(asked))
    others = "are asked the same" if value.transitive else "are not asked"
    yield Paragraph((f"Packages that come with others {others}.",))


PACKAGES: Mapping[str, Say] = {
    "advice": bullets("Our advice on single packages:", _advised),
    "sources": inside(_sources, "Packages may come from some sources only."),
    "internal": inside(
        names("These names are ours, and packages that have them come from our own hosts: {}."),
        "Some names are ours, and packages that have them come from our own hosts.",
    ),
    "popular": inside(_popular),
    "accept": _accept,
}
