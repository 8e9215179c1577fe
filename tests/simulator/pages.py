"""A few plain HTML pages, so that a person can look at what an App wrote: pull request, its checks, a file."""

import json
import re
from html import escape

from markdown_it import MarkdownIt

from .checks import CheckRun
from .markup import document
from .pulls import Pull
from .routing import Reply
from .world import Json, World

_MARKS = {"success": "✅", "failure": "❌", "action_required": "✋", "neutral": "◻️", "skipped": "⏭️"}
_SCRIPT = """async function act(what, values) {
  await fetch('/_sim/' + what, {method: 'POST', body: JSON.stringify(values)});
  setTimeout(() => location.reload(), 700);
}"""


class Pages:
    """`GET` with `Accept: text/html`: `/`, `/{owner}/{repo}/pull/{n}` and `/{owner}/{repo}/blob/{sha}/{path}`."""

    def __init__(self, world: World) -> None:
        self._world = world
        # no raw HTML from comments, but tables, as GitHub renders them
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

    def __call__(self, path: str) -> Reply:
        with self._world.lock:
            if match := re.fullmatch(r"/([^/]+/[^/]+)/pull/(\d+)", path):
                repository = self._world.repository(match[1])
                pull = repository.pulls.get(int(match[2])) if repository else None
                return self._page(f"{pull.title} #{pull.number}", self._pull(pull)) if pull else self._missing()
            if match := re.fullmatch(r"/([^/]+/[^/]+)/blob/([^/]+)/(.+)", path):
                return self._file(match[1], match[2], match[3])
            return self._page("Simulated GitHub", self._index()) if path == "/" else self._missing()

    def _index(self) -> str:
        rows = [
            f'<li><a href="/{escape(r.full_name)}/pull/{p.number}">{escape(r.full_name)}#{p.number}</a> '
            f"{escape(p.title)} ({p.state})</li>"
            for r in self._world.repositories.values()
            for p in r.pulls.values()
        ]
        return f"<h1>Simulated GitHub</h1><ul>{''.join(rows) or '<li>no pull request yet</li>'}</ul>"

    def _pull(self, pull: Pull) -> str:
        suites = self._world.suites_of_commit.get((pull.repository.id, pull.head_sha), [])
        runs = "".join(self._run(run) for suite in suites for run in suite.latest())
        said = "".join(f"<section><b>{escape(c.user.login)}</b>{self._render(c.body)}</section>" for c in pull.comments)
        name = escape(pull.repository.full_name)
        return (
            f"<p><a href='/'>all</a> · {name}</p><h1>{escape(pull.title)} <small>#{pull.number}</small></h1>"
            f"<p>{pull.state} · {escape(pull.user.login)} wants to merge {len(pull.commits())} commits from "
            f"<code>{escape(pull.head_ref)}</code> ({pull.head_sha[:7]}) into <code>{escape(pull.base_ref)}</code></p>"
            f"<h2>Checks</h2>{runs or '<p>none</p>'}<h2>Comments</h2>{said or '<p>none</p>'}"
        )

    def _run(self, run: CheckRun) -> str:
        mark = _MARKS.get(run.conclusion or "", "⏳")
        notes = "".join(
            f'<p class="note {a["annotation_level"]}"><b>{escape(a["path"])}:{a["start_line"]} '
            f"{escape(a.get('title') or '')}</b>\n{escape(a['message'])}</p>"
            for a in run.annotations
        )
        buttons = _button("Re-run", "Judge once more", "rerequest", {"check_run": run.id}) + "".join(
            _button(
                a["label"], a["description"], "request_action", {"check_run": run.id, "identifier": a["identifier"]}
            )
            for a in run.actions
        )
        head = f"<summary>{mark} <b>{escape(run.name)}</b> {escape(run.title or run.status)}</summary>"
        text = self._render(run.summary or "") + self._render(run.text or "")
        return f"<details{' open' if run.conclusion != 'success' else ''}>{head}{text}{notes}{buttons}</details>"

    def _file(self, name: str, revision: str, path: str) -> Reply:
        repository = self._world.repository(name)
        sha = repository.git.resolve(revision) if repository else None
        entry = repository.git.entry(sha, path) if repository and sha else None
        found = repository.git.objects.read(entry.sha) if repository and entry else None
        if found is None or found[0] != "blob":
            return self._missing()
        lines = found[1].decode(errors="replace").splitlines()
        shown = "".join(f'<div id="L{n}">{n:5} {escape(line)}</div>' for n, line in enumerate(lines, 1))
        return self._page(path, f"<h1>{escape(path)}</h1><pre>{shown}</pre>")

    def _render(self, text: str) -> str:
        return str(self._markdown.render(text))

    def _missing(self) -> Reply:
        reply = self._page("Not Found", "<h1>Not Found</h1><p><a href='/'>all pull requests</a></p>")
        reply.status = 404
        return reply

    def _page(self, title: str, body: str) -> Reply:
        return document(title, body, f"<script>{_SCRIPT}</script>")


def _button(label: str, hint: str, command: str, values: Json) -> str:
    """A button that sends a command to the control API."""
    call = escape(f"act({json.dumps(command)}, {json.dumps(values)})")
    return f'<button title="{escape(hint)}" onclick="{call}">{escape(label)}</button>'
