"""Letters that people mistake for each other, by eye or by finger."""

import unicodedata

#: Letters of other scripts that look like one of ours (a choice of Unicode's confusables), and digits that do.
_ALIKE = str.maketrans(
    {
        **dict(zip("аеорсухіјѕһԁԛԝьвкмнт", "aeopcyxijshdqwbbkmht", strict=True)),
        **dict(zip("αεορνυχικτµ", "aeopvuxiktu", strict=True)),
        **dict(zip("ıłøđħɑɡ", "ilodhag", strict=True)),
        **dict(zip("0135", "oles", strict=True)),
        "I": "l",
        "|": "l",
    }
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiou")


def folded(name: str) -> str:
    """What the eye reads: names that look alike fold to the same text."""
    if name.isascii():
        text = name.translate(_ALIKE).lower()
    else:
        apart = unicodedata.normalize("NFKD", name)
        bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
        text = bare.translate(_ALIKE).lower().translate(_ALIKE)
    return text.replace("rn", "m").replace("vv", "w")


def slip(wrong: str, right: str) -> bool:
    """Whether one of two letters is easily taken for the other: neighbors on a keyboard, vowels, i and l."""
    return (wrong, right) in _NEIGHBORS or (wrong in _VOWELS and right in _VOWELS) or {wrong, right} == {"i", "l"}


def _neighbors() -> frozenset[tuple[str, str]]:
    found = set()
    for row, keys in enumerate(_ROWS):
        for column, key in enumerate(keys):
            near = keys[column + 1 : column + 2]
            if row + 1 < len(_ROWS):  # the keys below stand half a key to the right
                near += _ROWS[row + 1][max(column - 1, 0) : column + 1]
            found |= {pair for other in near for pair in ((key, other), (other, key))}
    return frozenset(found)


_NEIGHBORS = _neighbors()
