"""Keys of configuration files, constants and environment variables that name models and data sets."""

import re
from collections.abc import Iterator

from checks.ai_models import identity
from checks.ai_models.identity import Identity, Kind, words
from checks.ai_models.source import Run

#: Keys that name a model, without case and with `_` for `-`; what stands there must look like `organization/name`.
_MODEL_KEYS = words(
    "_name_or_path base_model base_model_name base_model_name_or_path checkpoint_id embedding_model embedding_model_id "
    "embedding_model_name hf_base_model hf_model hf_model_id hf_model_name hf_repo hf_repo_id huggingface_model "
    "huggingface_model_id model_id model_name model_name_or_path model_repo model_repo_id pretrained_model "
    "pretrained_model_name pretrained_model_name_or_path repo_id reranker_model teacher_model "
    "teacher_model_name_or_path tokenizer_name_or_path"
)
_DATA_KEYS = words(
    "dataset dataset_id dataset_name dataset_name_or_path dataset_repo hf_dataset hf_dataset_id train_dataset "
    "training_dataset eval_dataset"
)
_REVISION_KEYS = frozenset(("revision", "model_revision", "hf_revision", "dataset_revision"))
#: `key: value` or `key = "value"`, also as an item of a list, as an environment variable or as a constant.
_ENTRY = re.compile(
    r"(?:- )?(?:(?:export |static |public |private |readonly |const |let |var |final |ENV |ARG ){1,3})?[\"']?"
    r"(?:[A-Za-z_]\w{0,40}\.)?([A-Za-z_][A-Za-z0-9_-]{1,60})[\"']?(?: ?: ?[A-Za-z.]{1,30}(?= ?=))? {0,20}[:=] {0,20}"
    r"[\"']?([A-Za-z0-9][A-Za-z0-9_./-]{2,200})[\"']? ?[,;]? {0,8}(?:#.*|//.*)?"
)
_LIST = re.compile(r"[\"']?(?:train_|eval_)?datasets[\"']? ?: ?\[?")
_ITEM = re.compile(r"- (?:[\"']?path[\"']?: )?[\"']?([A-Za-z0-9][A-Za-z0-9_./-]{2,200})[\"']? ?(?:#.*)?")


def entries(run: Run) -> Iterator[tuple[int, Identity]]:
    """The models and data sets that keys of a run name, each with its line."""
    listed: int | None = None
    for index, line in enumerate(run.lines):
        if listed is None and "/" not in line.text and "datasets" not in line.text:
            continue
        text = line.text.strip().replace("\t", " ")
        if not text or text.startswith(("#", "//")):
            continue
        indent = len(line.text) - len(line.text.lstrip())
        if listed is not None and (indent < listed or (indent == listed and not text.startswith("- "))):
            listed = None
        if _LIST.fullmatch(text):
            listed = indent
            continue
        found = _item(text) if listed is not None else None
        found = found or _entry(text)
        if found is not None:
            yield line.line, found._replace(version=_revision_after(run, index, indent))


def _item(text: str) -> Identity | None:
    found = _ITEM.fullmatch(text)
    return identity.on_hub(found[1], Kind.DATA) if found else None


def _entry(text: str) -> Identity | None:
    if "/" not in text:
        return None
    found = _ENTRY.fullmatch(text)
    if found is None:
        return None
    name = found[1].lower().replace("-", "_")
    if name in _MODEL_KEYS:
        return identity.on_hub(found[2], Kind.MODEL)
    return identity.on_hub(found[2], Kind.DATA) if name in _DATA_KEYS else None


def _revision_after(run: Run, index: int, indent: int) -> str | None:
    """The revision that the next line names, if it is as far in as this one."""
    if index + 1 == len(run.lines):
        return None
    text = run.lines[index + 1].text
    found = _ENTRY.fullmatch(text.strip())
    beside = abs(len(text) - len(text.lstrip()) - indent) <= len("- ")
    return found[2] if found and beside and found[1].lower() in _REVISION_KEYS else None
