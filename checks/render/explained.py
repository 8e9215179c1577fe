"""An explanation for a terminal, out of its document (`docs/explain.md`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.render.plaintext import shown
from checks.render.steps import row, tree

Json = Mapping[str, Any]

#: Overrides of one kind that are listed; JSON has all.
_MOST = 20
_CONCLUSIONS = {
    "passed": "✓ {} may be used",
    "nothing-to-check": "✓ {} may be used",
    "warnings": "⚠ {} may be used, with warnings",
    "blocked": "✗ {} is blocked",
    "cannot-judge": "? {} cannot be judged, which blocks it",
    "action-required": "✗ {} is blocked until somebody decides",
    "would-block": "⚠ {} would be blocked, but the mode is evaluate",
    "off": "· {} is not judged: the mode is off",
}
_RESULTS = {"blocks": "✗", "warns": "⚠", "notes": "·", "accepted": "✓", "in order": "✓", "off": "·"}


def text(document: Json, values: Sequence[str], width: int) -> str:
    """Ends in a line end. `values` are the lines of the table of values."""
    return "\n".join(_lines(document, values, width)) + "\n"


def value_lines(values: Sequence[Json]) -> Iterator[str]:
    """Values of a document, one on each line."""
    for value in values:
        override = f" (override {value['override']})" if value["override"] else ""
        place = f"{shown(value['file'])}:{value['line']}{override}" if value["file"] else "default"
        yield f"{shown(value['key'])}: {shown(value['value'])}  [{place}]"


def _lines(document: Json, values: Sequence[str], width: int) -> Iterator[str]:
    package = document.get("package")
    if package:
        yield from _headline(package, width)
        for note in (document.get("verdict") or {"notes": ()})["notes"]:
            yield from row(f"· {shown(note)}", width, 2)
    head = [*_head(document, width), *_layers(document["layers"], width)]
    if package:
        yield from ("", "Policy", *head)
        yield from _package(package, document.get("pages") or {}, width)
    else:
        yield from head if document["layers"] or _told(document["repository"]) else ()
    if document.get("rule"):
        yield from ("", *tree(document["rule"], width, 0))
        yield from (f"  {shown(address)}" for address in (document.get("pages") or {}).values())
    if values:
        yield from ([""] if head and (document["layers"] or _told(document["repository"])) else [])
        yield from values


def concluded(package: Json) -> str:
    """What comes of a package, with its sign: `✗ left-pad 1.3.0 is blocked`."""
    about = f"{shown(package['name'])} {shown(package['version'])}" if package["version"] else shown(package["name"])
    return _CONCLUSIONS.get(package["conclusion"], "· {} was judged").format(about)


def _headline(package: Json, width: int) -> Iterator[str]:
    words = concluded(package)
    place = f" in {shown(package['path'])}" if package["path"] else ""
    yield from row(f"{words}, in the scope {package['scope']}{place}.", width, 0)


def _told(repository: Json) -> bool:
    return any(value for value in repository.values())


def _head(document: Json, width: int) -> Iterator[str]:
    repository, policy = document["repository"], document["policy"]
    yield from row(f"· {shown(policy['source'])}, mode {document['mode']}, on {document['at'][:10]}", width, 2)
    parts = [
        repository["visibility"] or "",
        f"into {repository['target_branch']}" if repository["target_branch"] else "",
    ]
    parts += [f"{name}={value}" for name, value in repository["properties"].items()]
    parts += [f"topic {topic}" for topic in repository["topics"] or ()]
    name = repository["name"] or "a repository of which no name is told"
    yield from row("· for " + ", ".join(shown(part) for part in (name, *parts) if part), width, 2)


def _layers(layers: Sequence[Json], width: int) -> Iterator[str]:
    """What holds or may hold in full; of what does not, the condition that fails."""
    aside = [step for step in layers if step["mark"] == "no"]
    for step in layers:
        if step["mark"] != "no":
            yield from tree([step], width)
    for step in aside[:_MOST]:
        failing = [inner for inner in step["steps"] if inner["mark"] == "no"]
        yield from tree([{**step, "steps": failing}], width)
    if len(aside) > _MOST:
        yield f"  · and {len(aside) - _MOST:,} more overrides that do not hold"


def _package(package: Json, pages: Mapping[str, str], width: int) -> Iterator[str]:
    yield from ("", "What is known", *tree(package["facts"], width))
    for check in package["checks"]:
        if check["on"]:
            yield from _check(check, pages, width)
    off = [check["title"] for check in package["checks"] if not check["on"]]
    if off:
        yield from ("", f"Off: {', '.join(off)}")
    for finding in package["others"]:
        yield from ("", *row(f"{shown(finding['rule'])}: {shown(finding['message'])}", width, 0))
        yield from _page(finding["rule"], pages)
    for item in package["waivers"]:
        yield from ("", f"Waivers for {shown(item['rule'])} ({shown(item['finding'])})", *tree(item["steps"], width))
    if package["judge_again_at"]:
        yield from ("", f"Time alone can change this on {package['judge_again_at'][:16].replace('T', ', ')} UTC.")


def _check(check: Json, pages: Mapping[str, str], width: int) -> Iterator[str]:
    place = f"  [{shown(check['policy'])}]" if check["policy"] else ""
    yield from ("", f"{_RESULTS.get(check['result'], '·')} {check['title']}: {check['result']}{place}")
    yield from tree(check["steps"], width)
    silent, off = 0, 0
    for rule in check["rules"]:
        for finding in rule["findings"]:
            at = f", {shown(rule['policy'])}" if rule["policy"] else ", default"
            counts = "" if finding["counts"] else "; it does not count here"
            yield from row(
                f"→ {shown(rule['id'])} ({rule['level']}{at}): {shown(finding['message'])}{counts}", width, 2
            )
        if rule["findings"]:
            yield from _page(rule["id"], pages)
        silent += not rule["findings"] and rule["level"] != "off"
        off += not rule["findings"] and rule["level"] == "off"
    quiet = "1 other rule is silent" if silent == 1 else f"{silent} other rules are silent"
    words = [quiet if silent else "", f"{off} are off" if off else ""]
    if any(words):
        yield f"  · {', '.join(filter(None, words))}"


def _page(rule: str, pages: Mapping[str, str]) -> Iterator[str]:
    """Where the policy page has the rule."""
    if rule in pages:
        yield f"      {shown(pages[rule])}"
