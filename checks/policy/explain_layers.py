"""How the effective policy of a repository came about: overrides condition by condition, the mode, what is to come."""

from collections.abc import Iterator
from datetime import datetime

from checks.model.change import Change
from checks.model.facts import RepositoryFacts
from checks.model.phrase import Phrase, join, say
from checks.model.trace import Mark, Step, marked
from checks.policy.document import Entries
from checks.policy.layers import PolicySet
from checks.policy.overrides import Condition, Override, property_of
from checks.policy.schema import Policy

#: Patterns of one condition that are shown, and entries of lists that wait for their day.
_MOST, _ENTRIES = 5, 50


def layers_told(
    policies: PolicySet,
    policy: Policy,
    repository: RepositoryFacts | None,
    target: str | None,
    now: datetime,
    change: Change | None = None,
    public: bool = False,
) -> Iterator[Step]:
    """Each override and why it holds or not, the property of the mode, and levels that wait for their day.

    `now` is UTC; `repository`: None for none in particular; `change` is the package that is asked about;
    `public`: everybody may read it, so that packages and licenses which only the policy names are left out.
    """
    for override in policies.overrides:
        at = override.name
        place = say("{}:{}", at.file or policies.reference.source, at.line)
        yield _override(override, repository, target, now, change)._replace(source=place)
    if (name := policies.plain.root.mode_property) and repository is not None:
        value = property_of(repository, name)
        said = say("{} is {}", name, value) if value is not None else say("{} is not told", name)
        mark = Mark.YES if value is not None else marked(False if repository.properties_known else None)
        yield Step(("mode by property",), said, mark, (f"the mode is {policy.mode}",), ("mode_property",))
    for rule, coming in policy.coming.items():
        key = next((check for check, levels in policy.levels.items() if rule in levels), "")
        words = (f"{coming.level} from {coming.day} on, {coming.until_then} until then",)
        yield Step(say("{} is to come", rule), words, policy_key=(key, "levels", rule))
    entries = () if public else policy.coming_entries
    for entry in entries[:_ENTRIES]:
        place = say("{}:{}", entry.file or policies.reference.source, entry.line)
        what = say("an entry of {} is to come", ".".join(entry.path[:-1]))
        yield Step(what, say("{} holds from {} on", entry.name, (str(entry.day),)), source=place)
    if len(entries) > _ENTRIES:
        yield Step((f"and {len(entries) - _ENTRIES:,} more entries are to come",))
    for remark in policy.remarks:
        if remark.rule == "override-undecided":
            continue  # the override itself, or the property of the mode, tells it above
        steps = tuple(Step((row.what,), row.actual, source=row.source) for row in remark.evidence)
        yield Step((remark.rule,), remark.message, Mark.UNKNOWN, policy_key=remark.policy_key, steps=steps)


def _override(
    override: Override, repository: RepositoryFacts | None, target: str | None, now: datetime, change: Change | None
) -> Step:
    match, told = override.match, repository is not None
    here = repository or RepositoryFacts()
    about = list(match.conditions_of(change)) if change is not None else []
    holds = match.holds(here, target) if all(condition.holds for condition in about) else False
    steps = [_condition(condition, told) for condition in (*match.conditions(here, target), *about)]
    waits = override.day is not None and now < override.day.begins
    if override.day is not None:
        steps.append(Step(("from",), (str(override.day),), marked(not waits)))
    words, mark = _verdict(override, holds, waits, change) if told else (("for what it matches",), Mark.FACT)
    keys = list(_keys(override.patch))
    more = f" and {len(keys) - _MOST:,} more" if len(keys) > _MOST else ""
    sets = ("; it sets ", *join([say("{}", name) for name in keys[:_MOST]]), more)
    what = (f"override {override.position + 1}",)
    return Step(what, (*words, *sets), mark, (), ("overrides", str(override.position)), (), tuple(steps))


def _keys(patch: Entries) -> Iterator[str]:
    """`licenses.allow_also`"""
    for name, node in patch.entries:
        if isinstance(node, Entries) and node.entries:
            yield from (f"{name.text}.{inner.text}" for inner, _ in node.entries)
        else:
            yield name.text


def _verdict(override: Override, holds: bool | None, waits: bool, change: Change | None) -> tuple[Phrase, Mark]:
    if holds is False:
        return ("does not hold",), Mark.NO
    if waits:
        return say("is for this repository, from {} on", str(override.day)), Mark.FACT
    if holds is None:
        return ("nobody can tell whether it holds, so only what it makes stricter counts",), Mark.UNKNOWN
    if override.match.narrow and change is None:
        return _narrow(override), Mark.YES
    return ("holds",), Mark.YES


def _narrow(override: Override) -> Phrase:
    scopes = join([(str(scope),) for scope in override.match.scopes], last=" or ")
    paths = join([say("{}", path) for path in override.match.paths[:_MOST]], last=" or ")
    words: Phrase = ("holds for packages",)
    words = (*words, " of scope ", *scopes) if scopes else words
    return (*words, " under ", *paths) if paths else words


def _condition(condition: Condition, told: bool) -> Step:
    """`told`: whether a repository is in question at all."""
    asked = join([say("{}", word) for word in condition.wanted[:_MOST]], last=" or ")
    more = f" or {len(condition.wanted) - _MOST:,} more" if len(condition.wanted) > _MOST else ""
    what = say("{}", condition.what)
    if not told:
        return Step(what, (*asked, more))
    actual = condition.actual
    if actual is None:
        here: Phrase = ("it is not told",) if condition.holds is None else ("there is none",)
    else:
        words = (actual,) if isinstance(actual, str) else actual
        here = ("here ", *(join([say("{}", word) for word in words[:_MOST]], last=" and ") or ("none",)))
    return Step(what, (*asked, more, "; ", *here), marked(condition.holds))
