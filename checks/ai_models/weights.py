"""Files of weights in the tree, and the cards that say what they are under."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from checks.ai_models.cards import Card, Unreadable, card
from checks.model.snapshot import FileStatus, Listing

#: Formats that are for weights alone.
_ENDINGS = (
    ".ckpt", ".ggml", ".gguf", ".keras", ".llamafile", ".mlmodel", ".nemo", ".onnx", ".pt", ".pth", ".safetensors",
    ".tflite",
)  # fmt: skip
#: Formats of other things, too: only under names that frameworks give to weights.
_NAMES = re.compile(
    r"(?:.*pytorch_model.*|.*adapter_model.*|.*diffusion_.*model.*|ggml-.*|.*consolidated.*)\.bin"
    r"|flax_model.*\.msgpack|(?:tf_model|.*weights.*|model)\.h5|saved_model\.pb"
)
_CARDS = ("README.md", "MODEL_CARD.md", "model_card.md")
#: Folders above that of the weights in which a card is looked for: `onnx/`, `text_encoder/`.
_LEVELS = 2
#: Places in which cards are looked for: a change with hundreds of folders of weights is no change that anybody reviews.
MAX_CARDS = 2_000


class Weights(NamedTuple):
    """The files of weights in one folder that a change brings."""

    paths: tuple[str, ...]
    card_path: str | None = None
    card: Card | Unreadable | None = None

    @property
    def folder(self) -> str:
        return self.paths[0].rpartition("/")[0]


def is_weights(path: str) -> bool:
    """Whether a file holds weights, by its name."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_ENDINGS) or _NAMES.fullmatch(name) is not None


def folders(listing: Listing) -> Mapping[str, Sequence[str]]:
    """The files of weights that are new or changed, by folder."""
    found: dict[str, list[str]] = {}
    for file in listing.files:
        brought = file.status in (FileStatus.ADDED, FileStatus.MODIFIED, FileStatus.PRESENT)
        if brought and is_weights(file.path):
            found.setdefault(file.path.rpartition("/")[0], []).append(file.path)
    return found


def card_paths(listing: Listing) -> tuple[str, ...]:
    """Where the cards of the weights may lie."""
    found = dict.fromkeys(path for folder in folders(listing) for path in _places(folder))
    if not listing.base:  # then the listing has every file that there is
        present = {file.path for file in listing.files}
        return tuple(path for path in found if path in present)
    return tuple(found)[:MAX_CARDS]


def weights(listing: Listing, texts: Mapping[str, str | None]) -> Iterator[Weights]:
    """The weights that a change brings, each folder with the nearest card."""
    for folder, paths in folders(listing).items():
        found = next(((place, read) for place in _places(folder) if (read := card(texts.get(place)))), (None, None))
        yield Weights(tuple(paths), *found)


def _places(folder: str) -> Iterable[str]:
    parts = folder.split("/") if folder else []
    for level in range(min(_LEVELS, len(parts)) + 1):
        above = "/".join(parts[: len(parts) - level])
        for name in _CARDS:
            yield f"{above}/{name}" if above else name
