"""Whatever a change adds is read without a fault, and nothing strange becomes a name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.ai_models.cards import Card, card
from checks.ai_models.references import read
from checks.model.patch import every_line

_CALLS = "from_pretrained load_dataset pipeline revision model_id datasets: acme/m main .. https://huggingface.co/"
_COMMANDS = ("ollama pull ", "hf download ", "git clone ", "FROM ", "/resolve/", "$(")
#: Pieces that mean something to one of the readers.
PIECES = st.sampled_from([*_CALLS.split(), *_COMMANDS, *"(){}[],=:\"'`\\#/@f- \n\r\0\u202eé", '"""', "a" * 90])
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join)
NAME = re.compile(r"pkg:[a-z]+(/[A-Za-z0-9_.~%-]{1,100}){1,3}")


@pytest.mark.parametrize("path", ["a.py", "a.ts", "a.ipynb", "a.yaml", "Dockerfile", "Modelfile"])
@given(text=TEXTS)
def test_lines(path: str, text: str) -> None:
    lines = every_line(text) or ()
    for reference in read(path, lines).references:
        assert NAME.fullmatch(reference.identity.purl)
        assert reference.location.line in {line.line for line in lines}


@given(text=TEXTS | st.text())
def test_cards(text: str) -> None:
    found = card(f"---\n{text}\n---\n")
    for _, identity in found.references if isinstance(found, Card) else ():
        assert NAME.fullmatch(identity.purl)
