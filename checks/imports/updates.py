"""Waiting for new versions: `minimumReleaseAge` of Renovate, and `cooldown` in `dependabot.yml`."""

import re
from collections.abc import Mapping

from checks.imports.draft import Draft
from checks.imports.reading import members, object_in, objects_in, root_of, text_in, texts_in
from checks.manifests.jsontext import Object, line_of, load_object, without_comments
from checks.manifests.yamltext import load
from checks.model.phrase import say
from checks.policy.values import Duration

_AGE = re.compile(r"(\d{1,4})\s*(m|h|d|w|y|minute|hour|day|week|month|year)s?", re.IGNORECASE)
_UNITS = {"h": "hour", "d": "day", "w": "week", "y": "year"}
_DIFFERENT = (
    "It delays the pull request that proposes the version. Here the version itself is blocked until its time has come, "
    "whoever proposes it, and an update that leaves a vulnerability behind does not wait (freshness.security_fixes)."
)
_STEPS = ("major", "minor", "patch")


def read_renovate(text: str, draft: Draft) -> None:
    """`renovate.json`, also with comments. Raises UnreadableManifest."""
    root = load_object(without_comments(text))
    whole = _ages(root, "minimumReleaseAge", "stabilityDays")
    ages: dict[str, tuple[str, int]] = {}
    if whole:
        ages["default"] = whole
    for rule, line in objects_in(root, "packageRules"):
        age = _ages(rule, "minimumReleaseAge", "stabilityDays")
        steps = [name for name, _ in texts_in(rule, "matchUpdateTypes") if name in _STEPS]
        others = [name for name in rule if name.startswith("match") and name != "matchUpdateTypes"]
        if age and (others or not steps):
            why = "It waits for some packages alone. Here all wait the same time; freshness.exempt names your own."
            draft.left(line, f"packageRules: minimumReleaseAge {age[0]}", say(why))
        elif age:
            ages.update(dict.fromkeys(steps, age))
    _minimum_age(ages, "minimumReleaseAge", draft)
    _abandoned(root, draft)
    if not ages:
        draft.left(0, "minimumReleaseAge", say("It is not set, so nothing waits; presets (extends) are not read."))


def _ages(holder: Object, *names: str) -> tuple[str, int] | None:
    for name in names:
        text = text_in(holder, name)
        if text:
            return (f"{text} days" if text.isdecimal() else text), line_of(holder, name)[0]
    return None


def _duration(text: str) -> str | None:
    """In our words; minutes become the hours that hold them."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        return None
    number, unit = int(found[1]), found[2].lower()
    if unit in ("m", "minute"):
        number, unit = -(-number // 60), "hour"
    unit = _UNITS.get(unit, unit)
    return str(Duration.parse(f"{number} {unit}{'' if number == 1 else 's'}"))


def _minimum_age(ages: Mapping[str, tuple[str, int]], setting: str, draft: Draft) -> None:
    for name, (text, line) in ages.items():
        age = _duration(text)
        if age is None:
            draft.left(line, f"{setting}: {text}", say("Its time is not understood."))
            continue
        draft.set(("freshness", "minimum_age", name), age, line)
        draft.taken(line, f"{setting}: {name} {text}", f"freshness.minimum_age.{name}", say(_DIFFERENT))


def _abandoned(root: Object, draft: Draft) -> None:
    text, line = text_in(root, "abandonmentThreshold"), line_of(root, "abandonmentThreshold")[0]
    age = _duration(text) if text else None
    if age:
        draft.set(("freshness", "unmaintained_after"), age, line)
        draft.taken(line, f"abandonmentThreshold: {text}", "freshness.unmaintained_after")
    elif text:
        draft.left(line, f"abandonmentThreshold: {text}", say("Its time is not understood."))


def read_dependabot(text: str, draft: Draft) -> None:
    """`dependabot.yml`: one policy for all its ecosystems, so the longest of its times counts. As `read_renovate`."""
    root = root_of(load(text))
    longest: dict[str, tuple[int, int]] = {}
    for entry, _ in objects_in(root, "updates"):
        cooldown = object_in(entry, "cooldown")
        ecosystem = text_in(entry, "package-ecosystem")
        for name, _, line in members(cooldown):
            _cooldown(cooldown, name, line, ecosystem, longest, draft)
    ages = {name: (f"{days} days", line) for name, (days, line) in longest.items()}
    _minimum_age(ages, "cooldown", draft)
    if not ages:
        draft.left(0, "cooldown", say("No entry has one, so nothing waits."))


def _cooldown(
    cooldown: Object, name: str, line: int, ecosystem: str, longest: dict[str, tuple[int, int]], draft: Draft
) -> None:
    step = name.removeprefix("semver-").removesuffix("-days")
    setting = f"{ecosystem}: cooldown.{name}"
    if step not in ("default", *_STEPS):
        why = "It waits for some packages alone. Here all wait the same time; freshness.exempt names your own."
        draft.left(line, setting, say(why))
        return
    days = text_in(cooldown, name)
    if not (days.isascii() and days.isdecimal() and len(days) <= 4):
        draft.left(line, f"{setting}: {days}", say("It is no number of days."))
        return
    if step in longest and longest[step][0] != int(days):
        draft.taken(line, f"{setting}: {days}", f"freshness.minimum_age.{step}",
            say("Ecosystems wait differently there; here all wait as long as the slowest."))  # fmt: skip
    if step not in longest or longest[step][0] < int(days):
        longest[step] = int(days), line
