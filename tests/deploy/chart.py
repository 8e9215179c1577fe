"""The chart, rendered by the template engine that helm is made of."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "deploy/helm/ospo-gate"
#: Where Debian keeps the sources of Go libraries.
GOPATH = Path("/usr/share/gocode")


def missing() -> str | None:
    """What is not there to render with."""
    if shutil.which("go") is None:
        return "Go is not installed (Debian: golang-go)"
    if not (GOPATH / "src/github.com/Masterminds/sprig").is_dir():
        return "sprig is not installed (Debian: golang-github-masterminds-sprig-dev)"
    return None


def build(folder: Path) -> Path:
    """The renderer as a program; made once."""
    program = folder / "render"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "CGO_ENABLED": "0",
                   "GOCACHE": str(folder / "cache")}  # fmt: skip
    source = Path(__file__).with_name("render.go")
    subprocess.run(["go", "build", "-o", program, source], env=environment, check=True, cwd=folder)
    return program


@cache
def defaults() -> dict[str, Any]:
    return dict(yaml.safe_load((CHART / "values.yaml").read_text()))


def merged(values: Mapping[str, Any]) -> dict[str, Any]:
    """As helm lays the values of a release over the chart's."""
    return _over(defaults(), values)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        known = result.get(key)
        result[key] = _over(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def rendered(program: Path, values: Mapping[str, Any], name: str = "gate") -> list[dict[str, Any]]:
    """Every object of the release. Raises `CalledProcessError` with helm's message on standard error."""
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    document = {
        "files": {path.name: path.read_text() for path in sorted((CHART / "templates").iterdir())},
        "values": merged(values),
        "chart": {key[:1].upper() + key[1:]: value for key, value in about.items()},
        "release": {"Name": name, "Namespace": "ospo", "Service": "Helm", "Revision": 1},
    }
    done = subprocess.run([program], input=json.dumps(document), capture_output=True, text=True, check=True)
    return list(_objects(json.loads(done.stdout)))


def _objects(files: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for path, text in sorted(files.items()):
        if path.endswith(".yaml"):
            yield from (item for item in yaml.safe_load_all(text) if item)
