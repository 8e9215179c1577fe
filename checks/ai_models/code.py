"""Calls that load models and data sets, in Python and JavaScript, and what they name."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from checks.ai_models import identity
from checks.ai_models.identity import Identity, Kind
from checks.ai_models.source import Call, Run, Value, calls

#: Reads what a call names, with the revision that it names.
Read = Callable[[str, str | None], Identity | None]


class Found(NamedTuple):
    """A reference, or a call that names its model with a variable (`identity` is None)."""

    at: int
    identity: Identity | None


class _Loader(NamedTuple):
    """A function that loads: how it is told what."""

    read: Read
    keywords: tuple[str, ...] = ()
    places: tuple[int, ...] = (0,)
    """Positions at which it may stand among the arguments."""
    certain: bool = True
    """Whether nothing else is called like that, so that a variable in it is a model that cannot be read."""


def _model(text: str, revision: str | None) -> Identity | None:
    return identity.on_hub(text, Kind.MODEL, revision) or identity.hub_page(text)


def _any_model(text: str, revision: str | None) -> Identity | None:
    return _model(text, revision) or identity.early_model(text, revision)


def _sentence_model(text: str, revision: str | None) -> Identity | None:
    return _any_model(text, revision) or identity.sentence_model(text, revision)


def _data(text: str, revision: str | None) -> Identity | None:
    return identity.on_hub(text, Kind.DATA, revision) or identity.early_data(text, revision)


def _timm(text: str, revision: str | None) -> Identity | None:
    for prefix in ("hf_hub:", "hf-hub:"):
        if text.startswith(prefix):
            name, _, named = text.removeprefix(prefix).partition("@")
            return _model(name, named or revision)
    return None


def _ollama(text: str, _revision: str | None) -> Identity | None:
    return identity.in_ollama(text)


def _torch_hub(text: str, _revision: str | None) -> Identity | None:
    return identity.in_torch_hub(text)


def _whisper(text: str, _revision: str | None) -> Identity | None:
    return identity.of_whisper(text)


def _mlx(text: str, revision: str | None) -> Identity | None:
    return _model(text, revision) if text.startswith("mlx-community/") else None


_FROM_PRETRAINED = _Loader(
    _any_model, ("pretrained_model_name_or_path", "model_name_or_path", "model_name", "model_id", "repo_id"), (0, 1)
)
_DOWNLOAD = _Loader(_model, ("repo_id",))
_BY_MODEL = _Loader(_model, ("model",), (0,), certain=False)
_BY_MODEL_NAME = _Loader(_sentence_model, ("model_name", "model"), (0,), certain=False)
_OLLAMA_CALL = _Loader(_ollama, ("model",), (0,), certain=False)
#: By the last part of the name.
_LOADERS: Mapping[str, _Loader] = {
    "from_pretrained": _FROM_PRETRAINED,
    "from_single_file": _Loader(_model, ("pretrained_model_link_or_path",), certain=False),
    "from_pretrained_keras": _FROM_PRETRAINED,
    "pipeline": _Loader(_any_model, ("model",), (1,), certain=False),
    "load_lora_weights": _Loader(_model, (), certain=False),
    "load_textual_inversion": _Loader(_model, (), certain=False),
    "load_ip_adapter": _Loader(_model, (), certain=False),
    "SentenceTransformer": _Loader(_sentence_model, ("model_name_or_path",)),
    "CrossEncoder": _Loader(_sentence_model, ("model_name_or_path", "model_name")),
    "SparseEncoder": _Loader(_sentence_model, ("model_name_or_path",)),
    "HuggingFaceEmbeddings": _BY_MODEL_NAME,
    "HuggingFaceEmbedding": _BY_MODEL_NAME,
    "HuggingFaceBgeEmbeddings": _BY_MODEL_NAME,
    "HuggingFaceInstructEmbeddings": _BY_MODEL_NAME,
    "HuggingFaceLLM": _BY_MODEL_NAME,
    "HuggingFaceEndpoint": _Loader(_model, ("repo_id", "model"), (), certain=False),
    "InferenceClient": _BY_MODEL,
    "FlagModel": _BY_MODEL,
    "BGEM3FlagModel": _BY_MODEL,
    "WhisperModel": _BY_MODEL,
    "LLM": _BY_MODEL,
    "EngineArgs": _BY_MODEL,
    "AsyncEngineArgs": _BY_MODEL,
    "load_dataset": _Loader(_data, ("path",)),
    "load_dataset_builder": _Loader(_data, ("path",)),
    "hf_hub_download": _DOWNLOAD,
    "hf_hub_url": _DOWNLOAD,
    "snapshot_download": _DOWNLOAD,
    "ChatOllama": _OLLAMA_CALL,
    "OllamaLLM": _OLLAMA_CALL,
    "OllamaEmbeddings": _OLLAMA_CALL,
}
#: By the whole name: the last part of it alone says nothing.
_QUALIFIED: Mapping[str, _Loader] = {
    **{f"ollama.{name}": _OLLAMA_CALL for name in ("chat", "embed", "embeddings", "generate", "pull")},
    "mlx_lm.load": _Loader(_model, certain=False),
    "load": _Loader(_mlx, certain=False),
    "timm.create_model": _Loader(_timm, ("model_name",), certain=False),
    "create_model": _Loader(_timm, ("model_name",), certain=False),
    "torch.hub.load": _Loader(_torch_hub, ("repo_or_dir",), certain=False),
    "whisper.load_model": _Loader(_whisper, ("name",), certain=False),
}


def _called(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted({name.rpartition('.')[2] for name in names}))})\s{{0,9}}\(")


_TRIGGER = _called((*_LOADERS, *_QUALIFIED))
_CERTAIN = _called(name for name, loader in _LOADERS.items() if loader.certain)
#: Functions of other libraries that are called like one of these.
_OTHERS = frozenset(("sns.load_dataset", "seaborn.load_dataset"))
#: Variables that say themselves that they are a folder.
_FOLDER = re.compile(r"(?:.*[_.])?(?:dir|directory|folder|path|checkpoint|ckpt|output\w*)", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"(?:export )?(?:const |let |var |final )?([A-Za-z_][A-Za-z0-9_]{0,80}) ?(?:: ?[A-Za-z_.]{1,40} ?)?= ?"
    r"([\"'])([^\"'\\\n]{1,200})\2 ?;?"
)


def loads(text: str) -> bool:
    """Whether there may be a call that loads something: quick, for text of any length."""
    return _TRIGGER.search(text) is not None


def speaks(text: str) -> bool:
    """Whether there is a call that is of nothing but a model or a data set: quick, for text of any length."""
    return _CERTAIN.search(text) is not None


def assigned(text: str) -> dict[str, str]:
    """Variables that are given a text that is written out, by name."""
    found = (_ASSIGNED.fullmatch(line.strip()) for line in text.split("\n") if "=" in line)
    return {match[1]: match[3] for match in found if match}


def loaded(run: Run, variables: Mapping[str, str]) -> Iterator[Found]:
    """What the calls of a run load. `variables` are those of its file."""
    for call in calls(run.text):
        if call.name in _OTHERS:
            continue
        loader = _QUALIFIED.get(call.name) or _LOADERS.get(call.name.rpartition(".")[2])
        if loader is not None:
            yield from _named(call, loader, variables)


def _named(call: Call, loader: _Loader, variables: Mapping[str, str]) -> Iterator[Found]:
    """What one call names: the first of its arguments that names something."""
    if _text(call.keywords.get("source"), variables) == "local":
        return
    read, unread = _read_of(call, loader, variables), None
    revision = _text(call.keywords.get("revision"), variables)
    values = [call.keywords[name] for name in loader.keywords if name in call.keywords]
    values += [call.positional[place] for place in loader.places if place < len(call.positional)]
    for value in values:
        text = _text(value, variables)
        if text is not None:
            found = read(text, revision)
            if found is not None:
                yield Found(value.at, found)
                return
        elif unread is None and value.variable and not _FOLDER.fullmatch(value.variable):
            unread = value
    written = any(value.literal is not None for value in values)
    if unread is not None and loader.certain and not written:
        yield Found(unread.at, None)


def _read_of(call: Call, loader: _Loader, variables: Mapping[str, str]) -> Read:
    """Downloads say by an argument whether they fetch a data set."""
    kind = _text(call.keywords.get("repo_type"), variables)
    return _data if loader is _DOWNLOAD and kind == "dataset" else loader.read


def _text(value: Value | None, variables: Mapping[str, str]) -> str | None:
    if value is None or value.literal is not None:
        return value.literal if value else None
    return variables.get(value.variable) if value.variable else None
