"""Which model or data set a text names: identities on the hub, in Ollama's library, on GitHub for torch.hub.

A name alone is nothing: whoever calls these functions knows that the text stands where a model is expected. What may as
well be a folder, a placeholder or a model that is only served by somebody else has no identity here.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from checks.model.purl import package


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


class Kind(StrEnum):
    MODEL = "model"
    DATA = "data set"


class Identity(NamedTuple):
    """A model or a data set as it is referred to."""

    kind: Kind
    purl: str
    name: str
    version: str | None = None
    """The revision that the reference names: a commit, a branch, a tag, a digest."""

    @property
    def pinned(self) -> bool:
        """Whether it will be the same tomorrow."""
        return bool(self.version and _FIXED.fullmatch(self.version))


_FIXED = re.compile(r"[0-9a-f]{7,64}|sha256:[0-9a-f]{12,64}", re.IGNORECASE)
_WORD = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,95}"
_HUB_NAME = re.compile(rf"({_WORD})/({_WORD})")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}")
#: First folders of paths that look like `organization/name`.
_FOLDERS = words(
    "artifacts assets cache checkpoint checkpoints ckpt ckpts config configs data dataset datasets dist docs download "
    "downloads exp experiments export exports lib local logs model models my_models out output outputs path pretrained "
    "pretrained_models resources results run runs save saved saved_model saved_models scripts src static storage test "
    "tests tmp trained var weights workspace"
)
#: What documentation writes where a name belongs.
_PLACEHOLDER = re.compile(
    r"(?:your|my)[-_.].*|(?:user(?:name)?|org(?:anization)?|owner|namespace|repo|foo)", re.IGNORECASE
)
#: Endings of files: `weights/model.bin` is a path.
_FILE = re.compile(
    r".*\.(?:bin|ckpt|cfg|conf|csv|gguf|ggml|h5|ipynb|js|jsonl?|keras|md|onnx|parquet|pkl|pt|pth|py|safetensors|sh|"
    r"tar|gz|toml|ts|txt|ya?ml|zip)",
    re.IGNORECASE,
)
#: Who serves models without handing them out, as gateways to several of them write it, and names of such models.
_SERVED_BY = words(
    "anthropic azure azure_ai bedrock cerebras cohere_chat databricks deepinfra fireworks_ai gemini groq "
    "huggingface litellm mistral ollama ollama_chat openrouter perplexity replicate sagemaker together_ai vertex_ai "
    "watsonx xai"
)
_SERVED = re.compile(
    r"(?:openai/(?:gpt-(?!oss)|chatgpt|o[0-9]|text-|dall-e|tts|whisper-1$)|google/gemini)", re.IGNORECASE
)
#: Models that had a name without an organization before there were organizations.
_EARLY_MODEL = re.compile(
    r"(?:albert|bert|camembert|distilbert|distilgpt2|distilroberta|gpt2|openai-gpt|roberta|t5|transfo-xl|xlm|xlnet)"
    r"(?:-[A-Za-z0-9-]{1,60})?"
)
#: Names that sentence-transformers completes with its own organization.
_SENTENCE = re.compile(
    r"(?:all|allenai|clip|distiluse|gtr|msmarco|multi-qa|nli|paraphrase|quora|sentence-t5|stsb)-[A-Za-z0-9.-]{1,80}|LaBSE",
    re.IGNORECASE,
)
#: Data sets that had a name without an organization; any other word may be a folder, or a function of one's own.
_EARLY_DATA = words(
    "ag_news ai2_arc amazon_polarity bookcorpus boolq c4 cifar10 cifar100 cnn_dailymail code_search_net common_voice "
    "conll2003 coqa dbpedia_14 emotion fashion_mnist food101 glue gsm8k hellaswag hotpot_qa imagenet-1k imdb "
    "lambada librispeech_asr mc4 minds14 mnist ms_marco multi_news multi_nli natural_questions openbookqa openwebtext "
    "opus100 opus_books oscar piqa pubmed_qa race rotten_tomatoes samsum snli squad squad_v2 sst2 super_glue trivia_qa "
    "tweet_eval wikipedia wikitext winogrande wmt14 wmt16 wmt19 xnli xquad xsum yelp_polarity yelp_review_full"
)
_HUB_HOST = r"(?:https?://)?(?:[A-Za-z0-9.-]{1,60}@)?(?:huggingface\.co|hf\.co)/"
_HUB_PAGE = re.compile(
    rf"{_HUB_HOST}(datasets/)?({_WORD})/({_WORD}?)(?:\.git)?(?:/(?:resolve|blob|tree|raw)/([^/\s?#]{{1,200}}).*|[/?#:].*)?"
)
#: What is fetched from a hub or from a mirror of it, anywhere in a line.
DOWNLOAD = re.compile(
    rf"https?://[A-Za-z0-9.-]{{1,100}}(?::[0-9]{{1,5}})?/(datasets/)?({_WORD})/({_WORD})/resolve/([A-Za-z0-9_.%-]{{1,200}})/"
)
_OLLAMA = re.compile(
    r"(?:([a-z0-9][a-z0-9_-]{0,60})/)?([a-z0-9][a-z0-9._-]{0,80})(?::([A-Za-z0-9._-]{1,80}))?(?:@(sha256:[0-9a-f]{12,64}))?"
)
_TORCH_HUB = re.compile(rf"({_WORD})/({_WORD})(?::([A-Za-z0-9_./-]{{1,200}}))?")


def on_hub(text: str, kind: Kind, revision: str | None = None) -> Identity | None:
    """`organization/name`, as most libraries name what is on the Hugging Face Hub."""
    found = _HUB_NAME.fullmatch(text)
    if found is None or not _is_name(found[1], found[2], text):
        return None
    return _of_hub(kind, found[1], found[2], revision)


def _is_name(organization: str, name: str, text: str) -> bool:
    folded = organization.lower()
    if folded in _FOLDERS or folded in _SERVED_BY or _SERVED.match(text) or _FILE.fullmatch(name):
        return False
    return not (_PLACEHOLDER.fullmatch(organization) or name.startswith("checkpoint-"))


def _of_hub(kind: Kind, organization: str, name: str, revision: str | None) -> Identity:
    namespace = f"datasets/{organization}".rstrip("/") if kind is Kind.DATA else organization
    version = revision if revision and _REVISION.fullmatch(revision) else None
    full = f"{organization}/{name}" if organization else name
    return Identity(kind, package("huggingface", name, namespace), full, version)


def early_model(text: str, revision: str | None = None) -> Identity | None:
    """`bert-base-uncased`: one of the models without an organization."""
    return _of_hub(Kind.MODEL, "", text, revision) if _EARLY_MODEL.fullmatch(text) else None


def sentence_model(text: str, revision: str | None = None) -> Identity | None:
    """`all-MiniLM-L6-v2`: what sentence-transformers looks for in its own organization."""
    return _of_hub(Kind.MODEL, "sentence-transformers", text, revision) if _SENTENCE.fullmatch(text) else None


def early_data(text: str, revision: str | None = None) -> Identity | None:
    """`squad`: one of the data sets without an organization."""
    return _of_hub(Kind.DATA, "", text, revision) if text in _EARLY_DATA else None


def hub_page(text: str) -> Identity | None:
    """The address of a model or data set on the hub, of a file of it, or `hf.co/organization/name:quantization`."""
    found = _HUB_PAGE.fullmatch(text)
    if found is None or (
        not found[1] and found[2] in ("api", "blog", "datasets", "docs", "models", "papers", "spaces")
    ):
        return None
    return _of_hub(Kind.DATA if found[1] else Kind.MODEL, found[2], found[3], found[4])


def download(found: re.Match[str]) -> Identity:
    """What a match of `DOWNLOAD` fetches."""
    return _of_hub(Kind.DATA if found[1] else Kind.MODEL, found[2], found[3], found[4])


def in_ollama(text: str) -> Identity | None:
    """`llama3.1:8b` or `user/model`, in Ollama's library; `hf.co/organization/name` is on the hub."""
    if text.startswith(("hf.co/", "huggingface.co/")):
        return hub_page(text)
    found = _OLLAMA.fullmatch(text)
    if found is None or found[1] in _FOLDERS or _FILE.fullmatch(text):
        return None
    name = f"{found[1]}/{found[2]}" if found[1] else found[2]
    purl = package("generic", found[2], f"ollama/{found[1]}" if found[1] else "ollama")
    return Identity(Kind.MODEL, purl, name, found[4] or found[3])


def in_torch_hub(text: str) -> Identity | None:
    """`owner/repository:ref`: torch.hub takes code and weights from a repository on GitHub."""
    found = _TORCH_HUB.fullmatch(text)
    if found is None or found[1].lower() in _FOLDERS:
        return None
    return Identity(Kind.MODEL, package("github", found[2], found[1]), f"{found[1]}/{found[2]}", found[3])


def of_whisper(text: str) -> Identity | None:
    """`large-v3`: a model that the package openai-whisper downloads from where its makers keep it."""
    if not re.fullmatch(r"(?:tiny|base|small|medium|large|turbo)(?:[.-][a-z0-9.-]{1,20})?", text):
        return None
    return Identity(Kind.MODEL, package("generic", text, "openai-whisper"), f"whisper {text}")
