"""`overrides:` of the policy in words: for whom something else holds, from when on, and what."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from checks.model.phrase import Phrase, join, say
from checks.policy.layers import PolicySet
from checks.policy.overrides import Match, Override, Visibility
from checks.policy.schema import Policy, Root
from checks.policy.shape import is_shape, keys_of
from checks.policy_page.page import Block, Paragraph, Part
from checks.policy_page.sections import changed_rules, said, title
from checks.policy_page.words import Scene, listed, on_day
from checks.rules.check import Check


def parts(policies: PolicySet, checks: Iterable[Check], scene: Scene) -> Iterator[Part]:
    """One for each override that the reader may know of."""
    for override in policies.overrides:
        if scene.internal or concerns_public(override.match):
            after = policies.with_only((override.position,), scene.now)
            blocks = tuple(_changes(checks, replace(scene, policy=after), scene.policy))
            if blocks:
                yield Part(f"override-{override.position + 1}", _heading(override, scene), blocks)


def concerns_public(match: Match) -> bool:
    """Whether it can hold for a repository that everybody sees."""
    return not match.visibility or Visibility.PUBLIC in match.visibility


def _heading(override: Override, scene: Scene) -> Phrase:
    day = override.day
    words = _condition(override.match, scene.internal)
    if day is not None and scene.now < day.begins:
        return (f"From {on_day(day.date)} on: ", *words)
    return (words[0][:1].upper() + words[0][1:], *words[1:])


def _condition(match: Match, internal: bool) -> Phrase:
    """`in repositories whose property distribution is internal`; for everybody no names and no properties."""
    where: list[Phrase] = []
    if internal and match.repositories:
        where.append(say("named {}", listed(match.repositories, " or ")))
    if match.visibility:
        where.append(say("that are {}", (" or ".join(match.visibility),)))
    if match.topics:
        where.append(say("with the topic {}", listed(match.topics, " or ")))
    if internal:
        said = (
            say("whose property {} is {}", name, listed(values, " or ")) for name, values in match.properties.items()
        )
        where += said
    hidden = not internal and (match.repositories or match.properties)
    kind = "in some repositories" if hidden else "in repositories" if where else "in all repositories"
    found: list[Phrase] = [join([(kind,), *where], " ")]
    if match.branches:
        found.append(say("for changes into {}", listed(match.branches, " or ")))
    if match.paths:
        found.append(say("for packages of files under {}", listed(match.paths, " or ")))
    if match.scopes:
        found.append(say("for packages of the scope {}", (" or ".join(match.scopes),)))
    return join(found)


def _changes(checks: Iterable[Check], scene: Scene, before: Policy) -> Iterator[Block]:
    """What is said otherwise than `before`."""
    yield from _others("", scene.policy.root, before.root, scene)
    for check in checks:
        old, new = before.sections.get(check.id), scene.policy.sections.get(check.id)
        if new is None and old is not None:
            yield Paragraph((f"{title(check)}: not judged there.",))
        elif new is not None and old is None:
            yield Paragraph((f"{title(check)}: judged there, too.",))
            yield from said(check.id, new, keys_of(type(new)), scene)
        elif new is not None and old is not None and new != old:
            yield Paragraph((f"{title(check)}:",))
            yield from _others(check.id, new, old, scene)
            yield from changed_rules(check, before, scene.policy)


def _others(check: str, new: object, old: object, scene: Scene) -> Iterator[Block]:
    """Keys whose values are others; of long lists only what is more."""
    for name, item in keys_of(Root if not check else type(new)).items():
        value, was = getattr(new, item.field), getattr(old, item.field)
        if value == was:
            continue
        if isinstance(value, tuple) and isinstance(was, tuple) and value and is_shape(type(value[0])):
            more = tuple(entry for entry in value if entry not in was)
            gone = sum(entry not in value for entry in was)
            if gone:
                yield Paragraph((f"Entries of {name} that do not hold there: {gone}.",))
            new_part = replace(new, **{item.field: more})  # type: ignore[type-var]
            yield from said(check, new_part, (name,), scene) if more else ()
        else:
            yield from said(check, new, (name,), scene)
