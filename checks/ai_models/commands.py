"""Commands that fetch or start models: in shell scripts, Dockerfiles, workflows, Modelfiles and cells of notebooks."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from checks.ai_models import identity
from checks.ai_models.identity import Identity, Kind
from checks.ai_models.identity import words as words_of
from checks.ai_models.source import Run

#: Words of one command that are read: nobody writes more.
MAX_WORDS = 100


class Word(NamedTuple):
    text: str
    at: int


#: Quotes, brackets and commas separate as spaces do, so that `["ollama", "pull", "x"]` is read as well.
_WORD = re.compile(r"\\\n|[\n;|&`]|[^\s;|&`\"'()\[\],\\{}<>]+")
_TRIGGER = re.compile(r"ollama|hugging|hf\b|git|vllm|sglang|llama|mlx|--model-id|/resolve/")
_OPTIONS_WITHOUT_VALUE = words_of("--quiet -q --force-download --verbose --insecure --dry-run")
#: Servers and tools whose `--model` is a name on the hub.
_SERVERS = ("vllm", "sglang", "mlx_lm", "mlx-lm", "text-generation", "lm_eval", "tgi")
_BRANCH = ("-b", "--branch", "--revision")
_HUB_OPTIONS = frozenset(("--model-id", "--hf-repo", "-hf", "-hfr"))


def commands(run: Run) -> Iterator[tuple[int, Identity]]:
    """What the commands of a run name, each with its line."""
    if not _TRIGGER.search(run.text):
        return
    for words in _commands(run.text):
        for word, found in _named(words):
            yield run.line_at(word.at), found


def _commands(text: str) -> Iterator[list[Word]]:
    """The words of each command; a comment has none."""
    words: list[Word] = []
    comment = False
    for match in _WORD.finditer(text):
        word = match[0]
        if word == "\\\n":
            continue
        if word in ("\n", ";", "|", "&", "`"):
            if words:
                yield words
            words, comment = [], comment and word != "\n"
        elif word.startswith("#"):
            comment = True
        elif not comment and len(words) < MAX_WORDS:
            words.append(Word(word, match.start()))
    if words:
        yield words


def _named(words: Sequence[Word]) -> Iterator[tuple[Word, Identity]]:
    names = [word.text if word.text.startswith("-") else word.text.rpartition("/")[2] for word in words]
    serves = any(name.startswith(_SERVERS) or ".".join(name.split(".")[:1]) in _SERVERS for name in names)
    for index, name in enumerate(names):
        rest, following = words[index + 1 :], names[index + 1] if index + 1 < len(names) else ""
        if name in ("huggingface-cli", "hf") and following == "download":
            yield from _hub_download(rest[1:])
        elif name == "ollama" and following in ("pull", "run"):
            yield from _first(rest[1:], identity.in_ollama)
        elif name == "git" and "clone" in names[index + 1 : index + 4]:
            yield from _cloned(rest)
        elif name == "vllm" and following == "serve":
            yield from _first(rest[1:], _model)
        elif name in _HUB_OPTIONS or (name in ("--model", "--model-path") and serves):
            yield from _first(rest[:1], _model)
        elif name.startswith(("--model-id=", "--hf-repo=")) or (name.startswith("--model=") and serves):
            yield from _first([Word(words[index].text.partition("=")[2], words[index].at)], _model)


def _model(text: str) -> Identity | None:
    """`organization/name`, with the quantization that llama.cpp adds to it."""
    return identity.on_hub(text.partition(":")[0], Kind.MODEL)


def _first(words: Sequence[Word], read: Callable[[str], Identity | None]) -> Iterator[tuple[Word, Identity]]:
    """The first word that is no option, if it names something."""
    word = next((word for word in words if not word.text.startswith("-")), None)
    found = read(word.text) if word else None
    if word is not None and found is not None:
        yield word, found


def _hub_download(words: Sequence[Word]) -> Iterator[tuple[Word, Identity]]:
    options: dict[str, str] = {}
    named: Word | None = None
    waiting = ""
    for word in words:
        if word.text.startswith("-"):
            name, equals, value = word.text.partition("=")
            options[name] = value
            waiting = "" if equals or name in _OPTIONS_WITHOUT_VALUE else name
        elif waiting:
            options[waiting], waiting = word.text, ""
        elif named is None:
            named = word
    if named is not None:
        kind = Kind.DATA if options.get("--repo-type") == "dataset" else Kind.MODEL
        found = identity.on_hub(named.text, kind, options.get("--revision"))
        if found is not None:
            yield named, found


def _cloned(words: Sequence[Word]) -> Iterator[tuple[Word, Identity]]:
    branch = next((after.text for word, after in pairwise(words) if word.text in _BRANCH), None)
    for word in words:
        found = identity.hub_page(word.text)
        if found is not None:
            yield word, found._replace(version=found.version or branch)
            return


def downloads(run: Run) -> Iterator[tuple[int, Identity]]:
    """Files that a hub or a mirror of it is asked for, in whatever text."""
    if "/resolve/" in run.text:
        for line in run.lines:
            for match in identity.DOWNLOAD.finditer(line.text):
                yield line.line, identity.download(match)


def modelfile(run: Run) -> Iterator[tuple[int, Identity]]:
    """What a Modelfile begins with: `FROM llama3.1:8b`."""
    for line in run.lines:
        words = line.text.split()
        if len(words) == 2 and words[0].upper() == "FROM" and not words[1].startswith((".", "/", "~")):
            found = identity.in_ollama(words[1])
            if found is not None:
                yield line.line, found
