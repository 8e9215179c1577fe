"""A section of the policy in words: its keys, its rules, and who may set the check to pass."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checks.model.finding import Level
from checks.model.phrase import Phrase, join, say
from checks.policy.schema import Policy, Root
from checks.policy.section import GuidanceText, Section
from checks.policy.shape import Key, is_shape, keys_of
from checks.policy_page.contributions import AGREEMENTS, SIGNOFF
from checks.policy_page.custom import CUSTOM_RULES
from checks.policy_page.licenses import AI_MODELS, LICENSES
from checks.policy_page.outputs import INVENTORY, NOTICES, SBOM
from checks.policy_page.packages import FRESHNESS, PACKAGES, VULNERABILITIES
from checks.policy_page.page import Address, Block, Bullets, Paragraph, Part, Quote, Row, Table
from checks.policy_page.whole import ABOUT, ASK, MODE, waivers
from checks.policy_page.words import LEVELS, Say, Scene, choice, listed, marked, on_day, sentence
from checks.rules.check import Check, Rule

#: By section: the words of its keys, in the order of the page.
WORDS: Mapping[str, Mapping[str, Say]] = {
    "signoff": SIGNOFF,
    "agreements": AGREEMENTS,
    "licenses": LICENSES,
    "vulnerabilities": VULNERABILITIES,
    "freshness": FRESHNESS,
    "packages": PACKAGES,
    "notices": NOTICES,
    "sbom": SBOM,
    "ai_models": AI_MODELS,
    "inventory": INVENTORY,
    "custom_rules": CUSTOM_RULES,
}
#: The words of the keys of the file itself.
WHOLE: Mapping[str, Say] = {"mode": MODE, **ASK, **ABOUT, "waivers": waivers}
TITLES: Mapping[str, str] = {
    "signoff": "Sign-off of commits",
    "agreements": "Contributor agreements",
    "licenses": "Licenses of packages",
    "vulnerabilities": "Known vulnerabilities and malware",
    "freshness": "How fresh packages are",
    "packages": "Which packages, and where they come from",
    "notices": "Third-party notices",
    "sbom": "Software bills of materials",
    "ai_models": "AI models and data sets",
    "custom_rules": "Rules of our own",
    "inventory": "What is read",
}
#: What every section has, and the rules say.
_IN_RULES = ("levels", "guidance")


def title(check: Check) -> str:
    return TITLES.get(check.id, check.title.capitalize())


def part(check: Check, scene: Scene) -> Part:
    """A section that is on."""
    section = scene.policy.sections[check.id]
    blocks = [*said(check.id, section, keys_of(type(section)), scene), *_rules(check, section, scene)]
    return Part(check.id, (title(check),), tuple(blocks))


def said(check: str, section: Any, wanted: Iterable[str], scene: Scene) -> Iterator[Block]:
    """What some keys of a section (or of the file, where `check` is empty) say, in the order of the page."""
    words, known = {**(WORDS.get(check, {}) if check else WHOLE), **(_COMMON if check else {})}, keys_of(type(section))
    names = [name for name in words if name in known] + [name for name in known if name not in words]
    wanted = frozenset(wanted)
    for name in names:
        if name in wanted and not (check and name in _IN_RULES):
            value = getattr(section, known[name].field)
            yield from words[name](value, scene) if name in words else _as_it_is(known[name], value, scene)


def _as_it_is(item: Key, value: Any, scene: Scene) -> Iterator[Block]:
    """A key that has no words of its own yet: never left out where the organization reads."""
    if not scene.internal or value in (None, (), {}):
        return
    if isinstance(value, tuple) and is_shape(type(value[0])):
        yield Paragraph(say("{}:", item.name))
        yield Bullets(tuple(_flat(entry) for entry in value))
    else:
        yield sentence("{}: {}.", item.name, _flat(value))


def _flat(value: Any) -> Phrase:
    if is_shape(type(value)):
        given = [(key.name, getattr(value, key.field)) for key in keys_of(type(value)).values()]
        return join((say("{}: {}", (name,), _flat(item)) for name, item in given if item not in (None, (), {})), "; ")
    if isinstance(value, Mapping):
        return join((say("{}: {}", str(name), _flat(item)) for name, item in value.items()), "; ")
    if isinstance(value, tuple):
        return join(map(_flat, value))
    return listed([value])


def _override(value: Any, scene: Scene) -> Iterator[Block]:
    if value.allowed:
        reason = ", with a reason" if value.reason == "required" else ""
        reason += "; who opened it may do so, too" if value.own else "; never by who opened it"
        if scene.internal:
            who = listed(value.who, " or ")
            yield sentence(f"For one head of a pull request it can be set to pass by {{}}{reason}.", who)
        else:
            yield Paragraph((f"For one head of a pull request some people can set it to pass{reason}.",))


_COMMON: Mapping[str, Say] = {
    "judge": choice(
        {
            "changes": "What was there before a change does not count against it.",
            "everything": "What was there before a change counts, too.",
        }
    ),
    "override": _override,
}


# -- the rules -------------------------------------------------------------------------------------------------------


def _rules(check: Check, section: Section, scene: Scene) -> Iterator[Block]:
    levels = scene.policy.levels[check.id]
    rows = [
        Row(
            (say("{}", rule.id), marked(_speaks(rule)), _level(rule, levels, scene.policy), _what_to_do(rule, section)),
            rule.id,
        )
        for rule in check.rules
    ]
    if rows:
        yield Table(("Rule", "When it speaks", "What it does", "What to do"), tuple(rows))


def _speaks(rule: Rule) -> str:
    return rule.summary + (" Counts wherever the package is." if rule.everywhere else "")


def _level(rule: Rule, levels: Mapping[str, Level], policy: Policy) -> Phrase:
    words = LEVELS[levels[rule.id]]
    if rule.id in policy.coming:
        coming = policy.coming[rule.id]
        words += f"; from {on_day(coming.day.date)} on it {LEVELS[coming.level]}"
    excepted = not rule.waivable or rule.id in policy.root.unwaivable
    return (words + ("; no exceptions" if excepted else ""),)


def _what_to_do(rule: Rule, section: Section) -> Phrase:
    guidance = section.guidance.get(rule.id)
    return (*marked(rule.help), " ", *guided(guidance)) if guidance else marked(rule.help)


def guided(guidance: GuidanceText) -> Phrase:
    """The organization's own words."""
    return (Quote(guidance.text), *((" ", Address(guidance.link)) if guidance.link else ()))


def changed_rules(check: Check, before: Policy, after: Policy) -> Iterator[Block]:
    """Levels and guidance that are others."""
    old, new = before.levels.get(check.id, {}), after.levels[check.id]
    others = [rule.id for rule in check.rules if old.get(rule.id) is not new[rule.id]]
    if others:
        yield Bullets(tuple(say("{} {}", rule, (LEVELS[new[rule]],)) for rule in others))
    told = getattr(before.sections.get(check.id), "guidance", {})
    for rule, guidance in after.sections[check.id].guidance.items():
        if told.get(rule) != guidance:
            yield sentence("About {}: {}", rule, guided(guidance))


def roots(scene: Scene, words: Mapping[str, Say]) -> tuple[Block, ...]:
    """What keys of the file say."""
    root: Root = scene.policy.root
    return tuple(said("", root, words, scene))
