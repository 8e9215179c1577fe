"""Lines and blanks as JavaScript's regular expressions see them, because the DCO app is written with those."""

from typing import AnyStr

#: What ends a line for `^`, `$` and `.` (ECMA-262, LineTerminator).
_OTHER_TERMINATORS = ("\u2028", "\u2029")
#: What `\s` matches (ECMA-262, WhiteSpace and LineTerminator). Not U+0085 and not U+180E, which Python's `\s` may add.
BLANKS = "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"


def lower_ascii(text: str) -> str:
    """`text` with A-Z lowered and nothing else changed: what the flag `i` (without `u`) means for an ASCII pattern."""
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")  # bytes lower ASCII alone


def mentions(text: str, words: str) -> bool:
    """Whether lower-case ASCII `words` stand anywhere in `text`, in any case. Cheap: most commits stop here."""
    if text.isascii():
        return words in text.lower()
    return words.encode() in text.encode("utf-8", "surrogatepass").lower()


def lines_of(text: str) -> list[str]:
    """The lines of `text`; `\\r\\n` yields an additional empty one, which no rule can see."""
    if "\r" in text:
        text = text.replace("\r", "\n")
    if not text.isascii():
        for terminator in _OTHER_TERMINATORS:
            text = text.replace(terminator, "\n")
    return text.split("\n")


def after(text: str, key: str) -> list[str]:
    """The rest of each line that begins with `key`, which is lower-case ASCII without a k.

    (The Kelvin sign lowers to k; no other character from outside ASCII lowers to one ASCII letter.)
    """
    if "\r" in text or (not text.isascii() and any(terminator in text for terminator in _OTHER_TERMINATORS)):
        length = len(key)
        return [line[length:] for line in lines_of(text) if line[:length].lower() == key]
    if text.isascii():
        return _after(text, key, "\n")
    # Bytes lower ASCII alone, and keep their places.
    found = _after(text.encode("utf-8", "surrogatepass"), key.encode(), b"\n")
    return [rest.decode("utf-8", "surrogatepass") for rest in found]


def _after(text: AnyStr, key: AnyStr, line_end: AnyStr) -> list[AnyStr]:
    """The same where only `\n` ends a line: most messages, so lines without the key are not even cut out."""
    lowered = text.lower()
    found: list[AnyStr] = []
    at = lowered.find(key)
    while at >= 0:
        if at == 0 or text.startswith(line_end, at - 1):
            end = text.find(line_end, at)
            found.append(text[at + len(key) : end if end >= 0 else len(text)])
        at = lowered.find(key, at + 1)
    return found
