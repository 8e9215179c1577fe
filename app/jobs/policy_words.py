"""What is said of a version of the organization's policy: on its commit, as a check run."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from app.github.publication import ANNOTATIONS
from checks.model.errors import PolicyError, PolicyIssue
from checks.model.phrase import Foreign, Phrase, join, say, visible
from checks.policy.files import DECISIONS, PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy
from checks.render.checkrun import VERDICT
from checks.render.limits import ANNOTATION_TEXT, ANNOTATION_TITLE, cut, cut_bytes
from checks.render.markdown import code, phrase

#: Name of the run on a commit of the policy repository.
POLICY = f"{VERDICT} / policy"
#: Names of one list; the rest is counted.
NAMES = 20
#: Parts of the policy that are told apart from its keys.
_TOLD = ("waivers", "version")


def valid(policies: PolicySet, before: PolicySet | None, left_out: Sequence[PolicyIssue] = ()) -> dict[str, Any]:
    """`conclusion` and `output` for a version that judges from now on; `before` is what judged until then, `left_out`
    says why decisions that were made on a page do not count in it."""
    lines = [("This policy judges from now on; open pull requests are judged again.",), _size(policies)]
    found = list(changes(before, policies)) if before else []
    lines += [say("Changed: {}.", join(found, "; "))] if found else []
    if left_out:
        lines.append(("Decisions that were made on a page do not count in it, and have to be made again or put into "
                      "the repository:",))  # fmt: skip
        lines += [say("{}: {}.", issue.file, issue.message) for issue in left_out[:NAMES]]
        lines += [(f"and {len(left_out) - NAMES:,} more",)] if len(left_out) > NAMES else []
    title = "The policy is valid" + (f", without {_count(len(left_out), 'decision', 'decisions')}" if left_out else "")
    output = {"title": title, "summary": "\n\n".join(phrase(line, 3_000) for line in lines)}
    return {"conclusion": "success", "output": output}


def broken(error: PolicyError, path: str, judged: bool) -> dict[str, Any]:
    """For a version that is not valid; `path` is the main file's, `judged` whether an earlier one goes on judging."""
    count = len(error.issues)
    meanwhile = (
        "Until it is corrected, the last valid version judges, and every verdict says so."
        if judged
        else "There is no earlier version that is valid, so nothing can be judged until it is corrected."
    )
    listed = [f"- {code(issue.at(path), 1_000)}" for issue in error.issues[:ANNOTATIONS]]
    rest = [f"- and {count - ANNOTATIONS:,} more"] if count > ANNOTATIONS else []
    again = "Try it before you push: `ospo-gate policy validate`"
    summary = "\n".join([meanwhile, "", *listed, *rest, "", again])
    title = "The policy is not valid: 1 fault" if count == 1 else f"The policy is not valid: {count:,} faults"
    annotations = [_annotation(issue, path) for issue in error.issues[:ANNOTATIONS]]
    return {"conclusion": "failure", "output": {"title": title, "summary": summary, "annotations": annotations}}


def _annotation(issue: PolicyIssue, path: str) -> dict[str, Any]:
    """On the line of the fault; what is in another repository is shown where the policy begins."""
    here = not issue.file or issue.file.partition("@")[0].endswith(f"/{path}") or "@" not in issue.file
    line = max(1, issue.line) if here else 1
    said = f"{issue.key}: {issue.message}" if issue.key else issue.message
    said = said if here else f"{issue.file}:{issue.line}: {said}"
    return {
        "path": issue.file if here and issue.file and "@" not in issue.file else path,
        "start_line": line,
        "end_line": line,
        "annotation_level": "failure",
        "title": cut("The policy is not valid", ANNOTATION_TITLE),
        "message": cut_bytes(visible(f"{said}. {issue.hint}" if issue.hint else f"{said}.", 2_000), ANNOTATION_TEXT),
    }


def _size(policies: PolicySet) -> Phrase:
    root, files = policies.plain.root, policies.files
    parts = [
        _count(len(policies.overrides), "override", "overrides"),
        _count(len(root.waivers), "waiver", "waivers"),
        _count(len(files.decisions), "decision file", "decision files"),
    ]
    if files.others:
        parts.append(_count(len(files.others), "further file", "further files"))
    return ("It has ", *join([(part,) for part in parts], ", ", " and "), ".")


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many}"


def changes(before: PolicySet, after: PolicySet) -> Iterator[Phrase]:
    """What is different, in words."""
    yield from _keys(before.plain, after.plain)
    if before.overrides != after.overrides:
        yield (f"overrides ({len(before.overrides):,} before, {len(after.overrides):,} now)",)
    gone, came = _ids(before.plain) - _ids(after.plain), _ids(after.plain) - _ids(before.plain)
    for what, ids in (("waivers added", came), ("waivers removed", gone)):
        if ids:
            yield _named(what, ids)
    yield from _files(before.files, after.files)


def _keys(before: Policy, after: Policy) -> Iterator[Phrase]:
    names = [field.name for field in fields(after.root) if field.name not in _TOLD]
    changed = [name for name in names if getattr(before.root, name) != getattr(after.root, name)]
    both = before.sections.keys() & after.sections.keys()
    changed += [
        check
        for check in sorted(both)
        if (before.sections[check], before.levels[check]) != (after.sections[check], after.levels[check])
    ]
    if changed:
        yield ("the key " if len(changed) == 1 else "the keys ", *join([say("{}", name) for name in changed[:NAMES]]))
    for what, ids in (
        ("turned on", after.sections.keys() - both),
        ("turned off", before.sections.keys() - both),
    ):
        if ids:
            yield (f"{what}: ", *join([say("{}", check) for check in sorted(ids)]))


def _files(before: PolicyFiles, after: PolicyFiles) -> Iterator[Phrase]:
    old, new = before.decisions, after.decisions
    edited = {path for path in old.keys() & new.keys() if old[path] != new[path]}
    for what, paths in (
        (f"files added in {DECISIONS}/", new.keys() - old.keys()),
        (f"files removed from {DECISIONS}/", old.keys() - new.keys()),
        (f"files changed in {DECISIONS}/", edited),
    ):
        if paths:
            yield _named(what, {path.rpartition("/")[2] for path in paths})
    if before.others != after.others:
        yield ("what it extends",)


def _ids(policy: Policy) -> set[str]:
    return {waiver.id for waiver in policy.root.waivers}


def _named(what: str, names: set[str]) -> Phrase:
    shown = sorted(names)[:NAMES]
    rest = f" and {len(names) - NAMES:,} more" if len(names) > NAMES else ""
    return (f"{what}: ", *join([(Foreign(name),) for name in shown]), rest)
