"""What a policy file says before anybody asks what it means: nodes with 1-based positions, and the limits."""

from typing import NamedTuple

#: A policy of 9,000 lines has 300 kB (measured); a file beyond this is not one that people maintain (characters).
MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 32
#: Room for 3,000 waivers; what is hostile is refused within a second.
MAX_NODES = 60_000


class Scalar(NamedTuple):
    """Text as it stands; the shape decides whether it is a number, a day or a word."""

    text: str
    line: int
    column: int
    quoted: bool = False
    file: str = ""
    """Its name in messages, as in `Place`."""

    @property
    def absent(self) -> bool:
        """Whether YAML calls it null: nothing after the colon, `~` or `null`."""
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


class Items(NamedTuple):
    """A list."""

    items: tuple["Node", ...]
    line: int
    column: int
    file: str = ""


class Entries(NamedTuple):
    """A mapping in file order; no key is there twice."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int
    file: str = ""

    def get(self, key: str) -> "Node | None":
        for name, node in self.entries:
            if name.text == key:
                return node
        return None


Node = Scalar | Items | Entries
