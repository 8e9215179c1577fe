"""`make demo`: a small organization on a simulated GitHub, the real service, and what people see.

Everything but GitHub is real: signed webhooks over HTTP, git repositories, the service as its own process on SQLite.
"""

import argparse
import shutil
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED, npm
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository

CHARTS = {"chart_kit": ("4.2.0", "MIT", ["svg-mill"]), "svg_mill": ("1.8.0", "MIT", ["glyph-core"])}
#: Title, message of its one commit, and the files that it changes.
PULLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "Use small dates",
        f"Use small dates\n\n{SIGNED}",
        npm(tiny=("1.0.0", "MIT", []), small_dates=("2.1.0", "ISC", [])),
    ),
    ("Add charts", f"Add charts\n\n{SIGNED}", COPYLEFT),
    ("Explain the build", "Explain the build", {"BUILDING.md": "Run `npm ci`, then `npm run build`.\n"}),
    ("Merge lock files", f"Merge lock files\n\n{SIGNED}", {"package-lock.json": CLEAN["package-lock.json"][:-40]}),
    (
        "Lay out in a grid",
        f"Lay out in a grid\n\n{SIGNED}",
        npm(tiny=("1.0.0", "MIT", []), left_grid=("1.3.0", "LGPL-2.1-only", [])),
    ),
)
_SIGNS = {"success": "✅", "failure": "❌", "neutral": "⬜", "skipped": "⏭️ ", "action_required": "🟠"}
#: Conclusions that the demo must show; anything else is a failure of the demo.
EXPECTED = ("success", "failure", "failure", "failure", "success")


def main() -> int:
    parser = argparse.ArgumentParser("make demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C, and print the addresses")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ospo-gate-demo-"))
    try:
        with Stage(folder) as stage:
            return _show(stage, options.keep)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _show(stage: Stage, keep: bool) -> int:
    repository = stage.sim.create_repository("example", "web-shop", files={"policy.yaml": POLICY, **CLEAN})
    print(f"A simulated GitHub runs at {stage.sim.url}, the service at http://127.0.0.1:{stage.port}.")
    print("example/web-shop is governed by this policy.yaml:\n")
    print(textwrap.indent(POLICY, "    "))
    conclusions = []
    for title, message, files in PULLS:
        started = time.monotonic()
        pull = _open(stage, repository, title, message, files)
        verdict = stage.verdict(repository, pull.head_sha)
        elapsed = time.monotonic() - started
        stage.sim.wait_idle()
        time.sleep(0.1)  # the comment is the last part of the same mutation
        print("\n".join(_page(stage, repository, pull, elapsed)))
        conclusions.append(verdict["conclusion"])
    if tuple(conclusions) != EXPECTED:
        print(f"The demo expected {EXPECTED} and saw {tuple(conclusions)}.", file=sys.stderr)
        return 1
    print(f"{len(PULLS)} pull requests judged, {len(stage.sim.requests)} requests to GitHub.")
    if keep:
        _keep(stage, repository)
    return 0


def _open(stage: Stage, repository: Repository, title: str, message: str, files: dict[str, Any]) -> Pull:
    branch = title.lower().replace(" ", "-")
    repository.commit(branch, files, message, stage.ada)
    return repository.open_pull(head=branch, base="main", title=title, author=stage.ada)


def _page(stage: Stage, repository: Repository, pull: Pull, elapsed: float) -> Iterator[str]:
    """A pull request's page as text."""
    head = f" #{pull.number} {pull.title} "
    yield f"━━{head}{'━' * max(2, 96 - len(head))}"
    yield f"ada wants to merge {pull.head_sha[:7]} into main · verdict after {elapsed * 1000:.0f} ms\n"
    for name, run in sorted(stage.runs(repository, pull.head_sha).items()):
        yield f"  {_SIGNS[run['conclusion']]} {name} — {run['output']['title']}"
        for annotation in run["output"].get("annotations") or ():
            yield from _annotation(annotation)
    comments = stage.sim.comments(repository, pull.number)
    for comment in comments:
        yield f"\n  💬 {comment['user']['login']} commented"
        yield textwrap.indent(_visible(comment["body"]), "  │ ", lambda _: True)
    if not comments:
        yield "\n  No comment: there is nothing to say."
    yield ""


def _annotation(annotation: dict[str, Any]) -> Iterator[str]:
    yield f"       {annotation['path']}, line {annotation['start_line']} · {annotation['annotation_level']}"
    yield f"       {annotation['title']}"
    yield textwrap.indent(annotation["message"], "       ")


def _visible(markdown: str) -> str:
    """The comment without what GitHub does not show."""
    lines = [line for line in markdown.splitlines() if not line.startswith("<!--")]
    return "\n".join(lines).replace("<sub>", "").replace("</sub>", "").strip()


def _keep(stage: Stage, repository: Repository) -> None:
    print(f"\nIt goes on until you press Ctrl-C.\n  policy and code   git clone {repository.clone_url}")
    print(f"  GitHub's API      {stage.sim.api_url}\n  what can be done  curl {stage.sim.url}/_sim/info")
    print(f"  health            curl http://127.0.0.1:{stage.port}/readyz\n  logs              {stage.log}")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("\nStopped.")


if __name__ == "__main__":
    sys.exit(main())
