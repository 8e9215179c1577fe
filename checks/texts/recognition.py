"""What a text was recognized as; apart from the recognizing, which takes 20 ms to load and is mostly remembered."""

from typing import NamedTuple

#: Longest text that is looked at (characters). The longest license of the list has 46,000; more is a collection.
LIMIT = 60_000


class Recognition(NamedTuple):
    """What a text is."""

    license: str | None
    """An SPDX expression; None: not recognized. `GPL-3.0` where the text does not say whether later versions may be
    chosen."""
    similarity: float = 0.0
    """0 to 1: the share of words that are the license's; of several licenses the least."""
    nearest: str | None = None
    """Of a text that is not recognized: the SPDX id of the one license or exception that it is nearest to."""
    differs: tuple[str, ...] = ()
    """How it differs from that, in words that count: `+ for evaluation only`, `- sublicense`; no more than help."""


NOTHING = Recognition(None)
#: How evidence of it is called: `differs from MIT`; and what stands between its differences, and in none of them.
DIFFERS, BETWEEN = "differs from ", "; "
