"""The frame of the simulator's HTML pages."""

from html import escape

from .routing import Reply

HTML = {"content-type": "text/html; charset=utf-8"}
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2328}
section,details{border:1px solid #d1d9e0;border-radius:6px;padding:.5rem 1rem;margin:1rem 0}
pre{background:#f6f8fa;padding:.6rem;overflow:auto}table{border-collapse:collapse}td,th{border:1px solid #d1d9e0;
padding:.2rem .6rem}.note{border-left:4px solid #bf8700;padding-left:.8rem;white-space:pre-wrap}
.failure{border-color:#cf222e}:target{background:#fff8c5}button{margin-right:.5rem}"""


def document(title: str, body: str, head: str = "", status: int = 200) -> Reply:
    """A page; `body` and `head` are HTML already."""
    top = f"<meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>{head}"
    return Reply(f"<!doctype html>{top}{body}".encode(), status, dict(HTML))


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
