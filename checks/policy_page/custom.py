"""The section `custom_rules` in words: the rules that the organization writes itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.model.phrase import Phrase, join, say
from checks.policy_page.page import Address, Block, Quote, Row, Table
from checks.policy_page.words import LEVELS, Say, Scene, on_day, quoted

_ABOUT = {"dependency": "each package", "commit": "each commit", "pull": "the change as a whole"}
_TURN = {
    "author": "the author",
    "maintainer": "a maintainer",
    "owner": "the owner of the policy",
    "clock": "nobody; time clears it",
    "service": "whoever runs the service",
    "signer": "the person that it is about",
}


def _rules(value: Any, scene: Scene) -> Iterator[Block]:
    if value:
        head = ("Rule", "What it says", "What it does", "About")
        yield Table(head, tuple(Row(_cells(rule, scene), str(rule.id)) for rule in value))


def _cells(rule: Any, scene: Scene) -> tuple[Phrase, ...]:
    says: list[Phrase] = [quoted(rule.message)]
    if rule.guidance:
        says.append((Quote(rule.guidance.text),))
        says += [(Address(rule.guidance.link),)] if rule.guidance.link else []
    about: list[Phrase] = [(_ABOUT[rule.on.value],)]
    about += [("the next step is for ", _TURN[rule.move.value])] if rule.move != "author" else []
    about += [say("where {}", str(rule.when))] if scene.internal else []
    return (say("{}", str(rule.id)), join(says, " "), (_does(rule, scene),), join(about, "; "))


def _does(rule: Any, scene: Scene) -> str:
    known = scene.policy.levels.get("custom_rules", {})
    later = rule.from_ is not None and scene.now < rule.from_.begins
    words = LEVELS[rule.until_then if later else known.get(rule.id, rule.level)]
    words += f"; from {on_day(rule.from_.date)} on it {LEVELS[rule.level]}" if later else ""
    words += f"; where it cannot tell, it {LEVELS[known.get(rule.unknown_id, rule.unknown or rule.level)]}"
    return words + ("" if rule.waivable else "; no exceptions")


CUSTOM_RULES: Mapping[str, Say] = {"rules": _rules}
