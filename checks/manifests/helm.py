"""Chart.lock (and requirements.lock) of Helm: the charts that a chart asks for."""

from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import Array, Object
from checks.manifests.yamltext import load
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest


def parse_chart_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """All are direct; what they ask for in turn is inside their archives. `file://` is a chart of the same tree."""
    found = Collector(path, "chart-lock")
    root = load(text)
    if root is None:
        return found.inventory()
    if not isinstance(root, Object) or not isinstance(root.get("dependencies"), Array | None):
        raise UnreadableManifest("it has no list 'dependencies'", 1)
    charts = root.get("dependencies")
    if isinstance(charts, Array):
        for chart, (line, end) in zip(charts, charts.lines, strict=True):
            _add(chart, line, end, found)
    return found.inventory()


def _add(chart: object, line: int, end: int, found: Collector) -> None:
    name = _text(chart, "name")
    if not name:
        found.problem("this chart has no name", line)
        return
    version, repository = _text(chart, "version"), _text(chart, "repository")
    if not version:
        found.problem("this chart has no version", line)
    origin = Origin.PATH if repository.startswith("file:") or not repository else Origin.REGISTRY
    if isinstance(chart, Object):
        line = chart.lines["name"][0]
    place = found.at(line, max(line, end))
    found.add(
        Dependency(
            purl.package("helm", name), name, version or None, place, Scope.RUNTIME, True, origin, repository or None
        )
    )


def _text(entry: object, key: str) -> str:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    return value if isinstance(value, str) and len(value) <= MAX_WORD else ""
