"""dependency-review-action: its configuration file, or the inputs of the step in a workflow."""

import re
from collections.abc import Iterator, Mapping

from checks.imports.draft import EVERY_CATEGORY, Draft
from checks.imports.reading import fault, items_in, members, root_of, switch, text_in
from checks.manifests.jsontext import Array, Object, line_of
from checks.manifests.yamltext import load
from checks.model.phrase import say
from checks.model.purl import package, parse
from checks.policy.shape import nearest

#: Its inputs, and keys of its configuration file, where `_` stands for `-` too.
LISTS = (
    *("fail-on-scopes", "allow-licenses", "deny-licenses", "allow-dependencies-licenses", "allow-ghsas"),
    *("deny-packages", "deny-groups"),
)
SWITCHES = ("license-check", "vulnerability-check", "warn-only", "show-openssf-scorecard", "retry-on-snapshot-warnings")
NAMES = (
    *LISTS, *SWITCHES, "fail-on-severity", "config-file", "base-ref", "head-ref", "external-repo-token",
    "comment-summary-in-pr", "retry-on-snapshot-warnings-timeout", "warn-on-openssf-scorecard-level", "repo-token",
)  # fmt: skip
_SEVERITIES = ("low", "moderate", "high", "critical")
_SCOPES = ("runtime", "development", "unknown")
_USES = re.compile(r"actions/dependency-review-action@\S+", re.IGNORECASE)
#: What they do that no key of a policy says.
_ELSEWHERE = {
    "base-ref": "Name the revision when the gate runs: --base, or the input base.",
    "head-ref": "Name the revision when the gate runs: --head, or the input head.",
    "external-repo-token": "The token goes into the input token of the Action.",
    "repo-token": "The gate reads the checkout and needs no token.",
    "comment-summary-in-pr": "The Action writes the step summary; a comment comes from the GitHub App, which also "
    "keeps it up to date.",
    "show-openssf-scorecard": "A score is only shown where a check of the Scorecard is asked for: "
    "packages.accept.scorecard.",
    "warn-on-openssf-scorecard-level": "The total is no criterion here, as the authors of the Scorecard advise: ask "
    "for single checks in packages.accept.scorecard.",
    "retry-on-snapshot-warnings": "There is no snapshot to wait for: the gate reads the lock files itself.",
    "retry-on-snapshot-warnings-timeout": "There is no snapshot to wait for: the gate reads the lock files itself.",
}


def read_file(text: str, draft: Draft) -> None:
    """Raises UnreadableManifest."""
    root = root_of(load(text))
    steps = list(_steps(root)) if "jobs" in root or "runs" in root else []
    if "jobs" in root and not steps:
        raise fault("no step of this workflow uses actions/dependency-review-action", 1)
    if not steps:
        read(root, draft)
        return
    with_, line = steps[0]
    for _, other in steps[1:]:
        draft.left(other, "uses", say("Only the first step that uses the action is read, on line {}.", line))
    read(with_, draft)


def _steps(root: Object) -> Iterator[tuple[Object, int]]:
    """The inputs of each step that uses the action, and its line; without recursion, because a stranger nests."""
    waiting: list[object] = [root]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Array):
            waiting.extend(reversed(current))
        elif isinstance(current, Object):
            uses = current.get("uses")
            if isinstance(uses, str) and _USES.fullmatch(uses.strip()):
                given = current.get("with")
                yield (given if isinstance(given, Object) else Object()), line_of(current, "uses")[0]
            else:
                waiting.extend(reversed(list(current.values())))


def of_inputs(inputs: Mapping[str, str]) -> Object:
    """Inputs as the Action gets them, as if they stood in a file; empty ones are not given."""
    found = Object()
    for name, value in inputs.items():
        if value.strip():
            found[name] = value.strip()
    return found


def read(given: Object, draft: Draft) -> None:
    """Turn its keys into a policy. Raises UnreadableManifest where the action itself would refuse to run."""
    keys = _known(given, draft)
    licenses, vulnerabilities = switch(keys, "license-check", True), switch(keys, "vulnerability-check", True)
    if not (licenses or vulnerabilities):
        raise fault("license-check and vulnerability-check are both off", line_of(keys, "license-check")[0])
    if "config-file" in keys:
        why = "Import that file itself; where both say something, what stands here counts there."
        draft.left(line_of(keys, "config-file")[0], f"config-file: {text_in(keys, 'config-file')}", say(why))
    runtime_only = _scopes(keys, draft)
    _mode(keys, draft)
    if licenses:
        _licenses(keys, draft, runtime_only)
    if vulnerabilities:
        _vulnerabilities(keys, draft)
    _packages(keys, draft)
    for name, why in _ELSEWHERE.items():
        if name in keys:
            draft.left(line_of(keys, name)[0], f"{name}: {text_in(keys, name)}", say(why))


def _known(given: Object, draft: Draft) -> Object:
    """The keys that it knows, in one spelling; the others are named, where its action says nothing."""
    keys = Object()
    for name, value, line in members(given):
        known = name.lower().replace("_", "-")
        if known not in NAMES:
            near = nearest(name, NAMES)
            hint = say(" Was {} meant?", near) if near else ()
            draft.left(line, name, (*say("The action does not know this key and ignores it."), *hint))
        elif isinstance(value, str) and "${{" in value:
            draft.left(line, f"{known}: {value}", say("What the expression stands for is not known here."))
        elif value is not None and value != "":
            keys[known] = value
            keys.lines[known] = (line, line)
    return keys


def _list(keys: Object, name: str) -> list[tuple[str, int]]:
    """Its list keys are YAML lists or text with commas."""
    value, line = keys.get(name), line_of(keys, name)[0]
    if isinstance(value, str):
        return [(item.strip(), line) for item in value.split(",") if item.strip()]
    return [(str(item).strip(), at) for item, at in items_in(keys, name) if item]


def _scopes(keys: Object, draft: Draft) -> bool:
    """Whether development dependencies were left out, which is its default."""
    given = _list(keys, "fail-on-scopes")
    line = line_of(keys, "fail-on-scopes")[0]
    for name, at in given:
        if name not in _SCOPES:
            raise fault(f"fail-on-scopes: '{name[:40]}' is none of runtime, development and unknown", at)
    names = {name for name, _ in given} or {"runtime"}
    if missing := [scope for scope in _SCOPES if scope not in names]:
        why = (
            "It skips packages of other scopes ({}) in every check. Here each scope is judged; for licenses the "
            "scopes development, build and test are allowed every license that is not denied."
            if "development" in missing
            else "It skips packages of other scopes ({}) in every check. Here each scope is judged."
        )
        listed = ", ".join(missing)
        draft.taken(line, f"fail-on-scopes: {', '.join(sorted(names))}", "licenses.development", say(why, (listed,)))
    return "development" not in names


def _mode(keys: Object, draft: Draft) -> None:
    if switch(keys, "warn-only", False):
        line = line_of(keys, "warn-only")[0]
        draft.set(("mode",), "evaluate", line)
        why = "There, licenses that it cannot read and denied packages fail nevertheless. In this mode nothing does."
        draft.taken(line, "warn-only: true", "mode", say(why))


def _licenses(keys: Object, draft: Draft, runtime_only: bool) -> None:
    allow, deny = _list(keys, "allow-licenses"), _list(keys, "deny-licenses")
    if not allow and not deny:
        draft.left(0, "license-check", say("Without a list it forbids nothing, so the section licenses is left out."))
        return
    if allow:
        draft.begin(("licenses", "allow"))
        for text, line in allow:
            _allow(text, line, draft)
    else:
        draft.set(("licenses", "allow"), list(EVERY_CATEGORY), 0, "only what is denied is forbidden")
    for text, line in deny:
        draft.license(("licenses", "deny"), text, line, f"deny-licenses: {text}")
    _judged_otherwise(draft, bool(allow), bool(deny), line_of(keys, "deny-licenses")[0])
    if runtime_only and allow:
        draft.set(
            ("licenses", "development", "allow_also"), list(EVERY_CATEGORY), 0, "fail-on-scopes has no development"
        )
    for text, line in _list(keys, "allow-dependencies-licenses"):
        _excluded(text, line, draft)


def _allow(text: str, line: int, draft: Draft) -> None:
    if re.search(r" (AND|OR) ", text):
        why = "It drops this entry without a word, and so nothing is allowed by it. List each license that is meant."
        draft.left(line, f"allow-licenses: {text}", say(why))
        return
    draft.license(("licenses", "allow"), text, line, f"allow-licenses: {text}")


def _judged_otherwise(draft: Draft, allow: bool, deny: bool, line: int) -> None:
    """Measured with its own code: what its lists let through, and what they do not understand."""
    if allow and deny:
        draft.taken(line, "allow-licenses with deny-licenses", "licenses.deny",
            say("It refuses to run with both lists. Here both count, and deny beats allow."))  # fmt: skip
    if deny:
        draft.taken(line, "deny-licenses", "licenses.deny",
            say("`A AND denied` passes there and is a finding here, because both licenses hold. `A OR denied` fails "
                "there and passes here, because A can be chosen. A pair such as `denied WITH exception` passes there; "
                "here it is denied unless it is allowed as a pair."))  # fmt: skip
    if allow:
        draft.taken(0, "allow-licenses", "licenses.allow",
            say("`MIT/Apache-2.0` and `mit` fail there as unreadable; here they are read as what they mean. "
                "`Apache-2.0 WITH LLVM-exception` is allowed here with Apache-2.0 "
                "(licenses.with_falls_back_to_base)."))  # fmt: skip
    draft.taken(0, "packages without a license", "licenses.levels",
        say("There, no license at all and NOASSERTION are shown and never fail. Here no license is the rule "
            "license-missing (warn), and NOASSERTION is license-unknown (block)."))  # fmt: skip


def _excluded(text: str, line: int, draft: Draft) -> None:
    """`allow-dependencies-licenses`: packages whose licenses it does not look at."""
    found = _package(text, line, "allow-dependencies-licenses", draft)
    if found is None:
        return
    draft.exception(found, EVERY_CATEGORY, f"Was in allow-dependencies-licenses: {text}.", line)
    versions = " It ignores the version; here the exception holds for this one alone." if "versions" in found else ""
    why = "It does not look at the license. Here a license that nobody understands remains license-unknown." + versions
    draft.taken(line, f"allow-dependencies-licenses: {text}", "licenses.exceptions", say(why))


def _package(text: str, line: int, key: str, draft: Draft) -> dict[str, str | list[str]] | None:
    """A package URL with a version or without. Raises UnreadableManifest as its action refuses it."""
    try:
        type_, namespace, name, version = parse(text)
    except ValueError as error:
        raise fault(f"{key}: {error}", line) from None
    return draft.package(package(type_, name, namespace), version or "", line, f"{key}: {text}")


def _vulnerabilities(keys: Object, draft: Draft) -> None:
    severity = text_in(keys, "fail-on-severity").lower() or "low"
    line = line_of(keys, "fail-on-severity")[0]
    if severity not in _SEVERITIES:
        raise fault(f"fail-on-severity: '{severity[:40]}' is none of {', '.join(_SEVERITIES)}", line)
    draft.set(("vulnerabilities", "block_from"), severity, line, "" if line else "its default")
    why = (
        "A vulnerability without a severity is not counted there and is severity-unknown (block) here. What is known "
        "to be exploited, and malware, blocks at any severity."
    )
    draft.taken(line, f"fail-on-severity: {severity}", "vulnerabilities.block_from", say(why))
    for id_, at in _list(keys, "allow-ghsas"):
        draft.accept(id_, at, f"allow-ghsas: {id_}")


def _packages(keys: Object, draft: Draft) -> None:
    for text, line in _list(keys, "deny-packages"):
        found = _package(text, line, "deny-packages", draft)
        if found is not None:
            _avoid(found, f"deny-packages: {text}", line, draft)
            why = (
                "It compares the name alone, so it may also deny a package of another ecosystem and miss one whose "
                "name has a namespace. Here type, namespace and name count."
            )
            draft.taken(line, f"deny-packages: {text}", "packages.advice", say(why))
    for text, line in _list(keys, "deny-groups"):
        found = _group(text, line, draft)
        if found is not None:
            _avoid(found, f"deny-groups: {text}", line, draft)
            why = "It compares the first part of the namespace alone and not the ecosystem. Here {} is denied."
            draft.taken(line, f"deny-groups: {text}", "packages.advice", say(why, str(found["package"])))


def _group(text: str, line: int, draft: Draft) -> dict[str, str | list[str]] | None:
    if not text.startswith("pkg:") or not text.endswith("/"):
        raise fault(f"deny-groups: '{text[:80]}' must begin with 'pkg:' and end with '/'", line)
    return draft.package(f"{text}*", "", line, f"deny-groups: {text}")


def _avoid(found: dict[str, str | list[str]], setting: str, line: int, draft: Draft) -> None:
    draft.add(("packages", "advice"), {**found, "advice": "avoid", "reason": f"Denied before ({setting})."}, line)
