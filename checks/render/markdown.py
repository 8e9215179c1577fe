"""GitHub's Markdown from phrases: whatever came from outside renders as text or code, and as nothing else.

No mention, issue or commit reference, link, image, HTML, formula or table column can come out of a name. Foreign
words stand in code spans; our own words, which may quote foreign ones (a policy's guidance, a parser's message), are
escaped, and words in them that GitHub would turn into a link stand in code spans too.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from checks.model.phrase import Foreign, Phrase, visible

#: Longest foreign word and longest phrase, in characters before escaping.
WORD, PHRASE = 200, 1_500

#: Words between our “ and ” (the title of a commit) read better without a code span if they hold no mark of any kind.
_QUOTABLE = re.compile(r"[\w ,.'/()+-]{1,100}\Z")
#: Numbers such as `2.1.0` are harmless and calmer without a code span.
_PLAIN_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){1,3}\Z", re.ASCII)
_WORD = re.compile(r"\S+")
#: What GitHub links or typesets by itself inside a word: mentions, references, commits, addresses, formulas.
_ACTIVE = re.compile(
    r"@\S|#\d|\bGH-\d|://|\bwww\.|\bmailto:|\bxmpp:|\$|(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])", re.IGNORECASE
)
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", **{mark: f"\\{mark}" for mark in "\\`*_[]~#"}}
)
_LIST_MARK = re.compile(r"(?=[-+=])|(?<=\d)(?=[.)](?:\s|\Z))")
_BACKTICKS = re.compile(r"`+")
_URL_SAFE = "-._~:/?#@!$&'*+,;=%"


def code(text: str, limit: int = WORD) -> str:
    """A code span that shows `text` on one line, with control and invisible characters spelled out."""
    return _span(visible(text, limit))


def prose(text: str) -> str:
    """Our own or the policy's words on one line, nothing in them active."""
    return _render(_split(visible(text, PHRASE)))


def phrase(parts: Phrase, limit: int = PHRASE) -> str:
    """One inline run of Markdown, of at most about `limit` visible characters; cut before anything is escaped."""
    return _render(_pieces(parts, limit))


def cell(parts: Phrase) -> str:
    """A phrase inside a table: a pipe of a code span is spelled out, because no escape of it is safe everywhere."""
    pieces = ((is_code, text.replace("|", "\\x7c") if is_code else text) for is_code, text in _pieces(parts, PHRASE))
    return _render(pieces)


def link(label: str, address: str | None) -> str:
    """A link around `label`, which is Markdown already; only the label if the address is not plain http(s)."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return label
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return label
    target = quote(address or "", safe=_URL_SAFE, errors="replace").replace("&", "&amp;")
    return f"[{label}]({target})"


def pastable(commands: Iterable[str]) -> bool:
    """Whether what a person sees is what the shell would get: no control or invisible character but line ends."""
    return all(visible(line, len(line)) == line for command in commands for line in command.split("\n"))


def shell_block(commands: Iterable[str]) -> str:
    """A fenced block of commands; the fence is longer than any run of backticks inside."""
    text = "\n".join(commands)
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}sh\n{text}\n{fence}"


def _pieces(parts: Phrase, limit: int) -> list[tuple[bool, str]]:
    """Pairs (is code, text); our own words and harmless foreign ones are joined before they are looked through."""
    pieces: list[tuple[bool, str]] = []
    words: list[str] = []
    for position, part in enumerate(parts):
        if limit <= 0:
            words.append("…")
            break
        shown = visible(part, min(limit, WORD) if isinstance(part, Foreign) else limit)
        limit -= len(shown)
        if isinstance(part, Foreign) and not _harmless(shown, parts, position):
            pieces.extend(_split("".join(words)))
            pieces.append((True, shown))
            words.clear()
        else:
            words.append(shown)
    return [*pieces, *_split("".join(words))]


def _harmless(shown: str, parts: Phrase, position: int) -> bool:
    if _PLAIN_VERSION.match(shown):
        return True
    before, after = "".join(parts[max(position - 1, 0) : position]), "".join(parts[position + 1 : position + 2])
    return before.endswith("“") and after.startswith("”") and _QUOTABLE.match(shown) is not None


def _split(text: str) -> list[tuple[bool, str]]:
    """Our own words, apart from those that GitHub would make active."""
    pieces: list[tuple[bool, str]] = []
    end = 0
    for match in _WORD.finditer(text):
        if _ACTIVE.search(match.group()):
            word = match.group().rstrip(".,;:!?")
            pieces += ((False, text[end : match.start()]), (True, word))
            end = match.start() + len(word)
    return [piece for piece in (*pieces, (False, text[end:])) if piece[1]]


def _render(pieces: Iterable[tuple[bool, str]]) -> str:
    """Code spans that touch become one: side by side each would read the other's backticks."""
    rendered: list[str] = []
    spans = ""
    for is_code, text in pieces:
        if is_code:
            spans += text
            continue
        if spans:
            rendered.append(_span(spans))
            spans = ""
        rendered.append(text.translate(_ESCAPES))
    if spans:
        rendered.append(_span(spans))
    whole = "".join(rendered).strip()
    mark = _LIST_MARK.search(whole[:12])
    if mark and (mark.start() == 0 or whole[: mark.start()].isdigit()):
        return f"{whole[: mark.start()]}\\{whole[mark.start() :]}"
    return whole


def _span(text: str) -> str:
    if not text:
        return "(empty)"
    fence = "`" * (_longest_run(text) + 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)
