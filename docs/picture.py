"""Writes the pictures of the README: a real comment and check runs of the real service, as GitHub shows them.

Needs Chromium. `python -m docs.picture`
"""

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import cmarkgfm

from tests.end_to_end.examples import CLEAN, POLICY, npm
from tests.end_to_end.stage import Stage

FOLDER = Path(__file__).parent / "images"
CHANGE = npm(
    tiny=("1.0.0", "MIT", []),
    chart_kit=("4.2.0", "MIT", ["svg-mill"]),
    svg_mill=("1.8.0", "MIT", ["glyph-core"]),
    glyph_core=("2.1.0", "GPL-3.0-only", []),
    left_grid=("1.3.0", "LGPL-2.1-only", []),
)
#: Width and height of the window, and the colors of each theme.
SIZE = (880, 640)
THEMES = {
    "light": ("#ffffff", "#1f2328", "#d1d9e0", "#59636e", "#f6f8fa", "#0969da", "#818b981f"),
    "dark": ("#0d1117", "#f0f6fc", "#3d444d", "#9198a1", "#151b23", "#4493f8", "#656c7633"),
}
_CSS = """
body {{ background: {0}; color: {1}; margin: 16px }}
body {{ font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif }}
.box {{ border: 1px solid {2}; border-radius: 6px; margin-bottom: 12px }}
.head {{ background: {4}; color: {3}; padding: 8px 16px; border-bottom: 1px solid {2}; border-radius: 6px 6px 0 0 }}
.body {{ padding: 8px 16px }} .run {{ padding: 6px 16px }} .run span {{ color: {3} }}
code {{ background: {6}; border-radius: 6px; font: 85% monospace; padding: 2px 5px }}
a {{ color: {5}; text-decoration: none }}
pre {{ background: {4}; border-radius: 6px; padding: 12px }} pre code {{ background: none; padding: 0 }}
h3 {{ font-size: 17px; margin: 8px 0 }} sub {{ font-size: 11px; color: {3} }}
"""


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("docs/picture.py needs Chromium; the pictures stay as they are.")
        return 0
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        body = _page(stage)
        for theme, colors in THEMES.items():
            page = Path(folder) / f"{theme}.html"
            page.write_text(f"<meta charset=utf-8><style>{_CSS.format(*colors)}</style>{body}", encoding="utf-8")
            _shoot(chromium, page, FOLDER / f"pull-request-{theme}.png", Path(folder) / f"profile-{theme}")
    return 0


def _page(stage: Stage) -> str:
    repository = stage.sim.create_repository("example", "web-shop", files={"policy.yaml": POLICY, **CLEAN})
    repository.commit("charts", CHANGE, "Add export button", stage.ada)
    pull = repository.open_pull(head="charts", base="main", title="Add export button", author=stage.ada)
    stage.verdict(repository, pull.head_sha)
    (comment,) = stage.until(lambda: stage.sim.comments(repository, pull.number), "the comment")
    runs = stage.runs(repository, pull.head_sha).values()
    shown = cmarkgfm.github_flavored_markdown_to_html(comment["body"], options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
    return (
        f"<div class=box><div class=head><b>ospo-gate</b> bot commented</div><div class=body>{shown}</div></div>"
        f"<div class=box>{''.join(_run(run) for run in sorted(runs, key=lambda run: run['name']))}</div>"
    )


def _run(run: dict[str, Any]) -> str:
    sign = "✅" if run["conclusion"] == "success" else "❌"
    required = " · Required" if run["name"] == "ospo-gate" else ""
    title = html.escape(run["output"]["title"] + required)
    return f"<div class=run>{sign} <b>{html.escape(run['name'])}</b> <span>— {title}</span></div>"


def _shoot(chromium: str, page: Path, picture: Path, profile: Path) -> None:
    subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         f"--user-data-dir={profile}", f"--window-size={SIZE[0]},{SIZE[1]}", "--force-device-scale-factor=1.5",
         f"--screenshot={picture}", page.as_uri()],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
