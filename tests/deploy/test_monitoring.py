"""Alerts and dashboard ask for what there is: each expression is parsed, its metrics and labels are those exported."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from app.metrics import BY_NAME, METRICS, Kind

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana/ospo-gate.json").read_text())
#: What Prometheus adds to each sample of a target, and what a histogram has.
OF_TARGETS = {"instance", "job"}
SERIES = ("_bucket", "_count", "_sum")


def asked() -> Iterator[str]:
    for alert in ALERTS:
        yield alert["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5m")


def selectors(expression: str) -> list[Any]:
    found: list[Any] = []

    def visit(node: Any) -> bool:
        if isinstance(node, promql_parser.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        return True

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def metric(name: str) -> Any:
    for series in SERIES:
        base = BY_NAME.get(name.removesuffix(series))
        if name.endswith(series) and base and base.kind is Kind.HISTOGRAM:
            return base
    return BY_NAME.get(name)


@pytest.mark.parametrize("expression", sorted(set(asked())))
def test_an_expression_asks_for_what_is_exported(expression: str) -> None:
    labels = set(OF_TARGETS)
    assert selectors(expression)
    for selector in selectors(expression):
        if selector.name.startswith("process_"):
            continue
        found = metric(selector.name)
        assert found, selector.name
        own = {*found.labels, *(("le",) if found.kind is Kind.HISTOGRAM else ())}
        assert {matcher.name for matcher in selector.matchers.matchers} <= own | OF_TARGETS
        labels |= own
        if found.kind is Kind.COUNTER or selector.name.endswith(SERIES):
            assert re.search(rf"(rate|increase)\({re.escape(selector.name)}", expression), "it only ever grows"
    for grouped in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression):
        assert {name.strip() for name in grouped.split(",")} <= labels


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    assert len({alert["alert"] for alert in ALERTS}) == len(ALERTS) >= 15
    for alert in ALERTS:
        assert re.fullmatch(r"OspoGate[A-Z]\w+", alert["alert"])
        assert alert["labels"]["severity"] in ("critical", "warning")
        assert alert["annotations"].keys() == {"summary", "description"}
        assert all(text.endswith(".") for text in alert["annotations"].values())
        for label in re.findall(r"\$labels\.(\w+)", str(alert["annotations"])):
            assert label in alert["expr"], f"{alert['alert']} has no label {label}"


def test_every_alert_is_in_the_manual() -> None:
    manual = (DEPLOY.parent / "docs/operating.md").read_text()
    assert [alert["alert"] for alert in ALERTS if f"`{alert['alert']}`" not in manual] == []


def test_every_metric_is_looked_at() -> None:
    shown = " ".join(asked())
    never = {item.name for item in METRICS if item.name not in shown}
    assert never == set()


def test_the_panels_do_not_overlap() -> None:
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        mine = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not mine & places, panel["title"]
        places |= mine
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
