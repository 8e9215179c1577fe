"""Text from outside as every format can carry it: XML has no control characters, JSON no halves of letters."""

import re

#: Controls, halves of surrogate pairs, and what is no character (XML 1.0, clause 2.2), with the ends of lines, which
#: begin another tag in tag-value, and the marks that reorder what people read.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def inert(text: str) -> str:
    """`text` on one line, with the replacement character for what not every format can carry."""
    return text if text.isascii() and text.isprintable() else _UNFIT.sub("\ufffd", text)
