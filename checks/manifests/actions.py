"""GitHub workflows and actions: what `uses:` brings, reusable workflows, and container images.

The version is the ref as written: a full commit id, a tag or a branch. A comment such as `# v4.1.2` after a commit
id is a claim that nobody checks, so it is not the version.
"""

import re
from collections.abc import Iterator, Mapping

from checks.manifests.collect import Collector
from checks.manifests.dockerfile import add_image
from checks.manifests.jsontext import Array, Object, line_of
from checks.manifests.yamltext import load
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.phrase import visible

_USES = re.compile(r"([A-Za-z0-9][\w.-]{0,100})/([\w.-]{1,100})((?:/[^@\s]{1,300})?)@([^\s@]{1,300})")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
#: A local action or workflow of the same repository (`$/`: since 2026).
_LOCAL = ("./", "../", "$/", ".\\")


def parse_workflow(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """`.github/workflows/*` and `action.yml`; everything in them runs in the build."""
    found = Collector(path, "github-actions")
    root = load(text)
    if root is None:
        return found.inventory()
    if not isinstance(root, Object):
        found.problem("it is not a mapping", 1)
        return found.inventory()
    jobs = root.get("jobs")
    if isinstance(jobs, Object):
        for name, job in jobs.items():
            if isinstance(job, Object):
                _add_job(job, found)
            else:
                found.problem(f"the job '{visible(name, 60)}' is not a mapping", line_of(jobs, name)[0])
    runs = root.get("runs")
    if isinstance(runs, Object):
        _add_steps(runs, found)
        _add_docker_action(runs, found)
    return found.inventory()


def _add_job(job: Object, found: Collector) -> None:
    if "uses" in job:
        _add_uses(job, found)
    _add_container(job, "container", found)
    services = job.get("services")
    if isinstance(services, Object):
        for name in services:
            _add_container(services, name, found)
    _add_steps(job, found)


def _add_steps(holder: Object, found: Collector) -> None:
    for step in _steps(holder.get("steps")):
        if "uses" in step:
            _add_uses(step, found)


def _steps(steps: object) -> Iterator[Object]:
    """Steps, also those below `parallel:`; nothing is nested deeper than YAML's own limit."""
    waiting = [steps]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Array):
            waiting.extend(reversed(current))
        elif isinstance(current, Object):
            yield current
            waiting.extend(value for value in (current.get("parallel"), current.get("steps")) if value is not None)


def _add_container(holder: Object, key: str, found: Collector) -> None:
    value = holder.get(key)
    line, end = line_of(holder, key)
    if isinstance(value, Object):
        line, end = line_of(value, "image")
        value = value.get("image")
    if isinstance(value, str):
        add_image(value.removeprefix("docker://"), line, end, Scope.BUILD, found)


def _add_docker_action(runs: Object, found: Collector) -> None:
    reference = runs.get("image")
    if isinstance(reference, str) and reference.startswith("docker://"):
        add_image(reference.removeprefix("docker://"), *line_of(runs, "image"), Scope.BUILD, found)


def _add_uses(holder: Object, found: Collector) -> None:
    value = holder.get("uses")
    line, end = line_of(holder, "uses")
    if not isinstance(value, str) or not value.strip():
        found.problem("this 'uses' names nothing", line)
        return
    reference = value.strip()
    if reference.startswith(_LOCAL):
        return
    if reference.startswith("docker://"):
        add_image(reference.removeprefix("docker://"), line, end, Scope.BUILD, found)
        return
    match = _USES.fullmatch(reference) if len(reference) < 1000 else None
    if not match:
        found.problem(f"this is not 'owner/repository@ref': {visible(reference, 100)}", line)
        return
    owner, repository, folder, ref = match.groups()
    found.add(
        Dependency(
            purl.package("github", repository, owner),
            f"{owner}/{repository}{folder}",
            ref,
            found.at(line, end),
            Scope.BUILD,
            True,
            Origin.GIT,
            integrity=(ref,) if _COMMIT.fullmatch(ref) else (),
        )
    )
