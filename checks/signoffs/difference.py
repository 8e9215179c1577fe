"""Why two names or addresses that look alike differ: invisible characters, blanks, Unicode forms, case, look-alikes."""

from collections.abc import Callable

_SHOWN = 3


def differences(expected: str, found: str) -> list[str]:
    """Sentences of ours (foreign characters only as code points) for what the eye misses; empty when it is plain."""
    if expected == found:
        return []
    if _all(expected) == _all(found):
        needed = [say for step, say in _STEPS.items() if _all(expected, step) != _all(found, step)]
        # Two steps may each do alone: a no-break space is a blank, and another form of one.
        alone = (say for step, say in reversed(_STEPS.items()) if step(expected) == step(found))
        return [say(expected, found) for say in needed or [*alone][:1]]
    return _look_alike(expected, found) or _look_alike(_all(expected), _all(found))


def spelled(text: str) -> str:
    """`text` with every character outside ASCII and every unusual blank written as its code point."""
    shown = []
    for index, char in enumerate(text):
        doubled = char == " " and (index in (0, len(text) - 1) or text[index - 1] == " ")
        shown.append(f"<{_point(char)}>" if doubled or not (char.isascii() and char.isprintable()) else char)
    return "".join(shown)


def _all(text: str, without: Callable[[str], str] | None = None) -> str:
    for step in _STEPS:
        if step is not without:
            text = step(text)
    return text


def _visible_only(text: str) -> str:
    from unicodedata import category

    return "".join(char for char in text if char.isspace() or category(char) not in ("Cc", "Cf"))


def _one_form(text: str) -> str:
    from unicodedata import normalize

    return normalize("NFKC", text)


def _single_blanks(text: str) -> str:
    return " ".join(text.split())


def _one_case(text: str) -> str:
    return text.casefold()


def _say_invisible(expected: str, found: str) -> str:
    where = []
    for text, place in ((expected, "expected"), (found, "found")):
        hidden = sorted(set(text) - set(_visible_only(text)))
        if hidden:
            more = " and more" if len(hidden) > _SHOWN else ""
            where.append(", ".join(_named(char) for char in hidden[:_SHOWN]) + more + f" in the {place} one")
    return "invisible characters: " + "; ".join(where or ["in different places"])


def _say_form(expected: str, found: str) -> str:
    from unicodedata import is_normalized

    forms = []
    for text in (expected, found):
        composed, decomposed = is_normalized("NFC", text), is_normalized("NFD", text)
        forms.append("NFC" if composed and not decomposed else "NFD" if decomposed and not composed else "another")
    if forms[0] == forms[1]:
        return "the same letters as different code points"
    return f"the same letters in two Unicode forms: expected {forms[0]}, found {forms[1]}"


def _say_blanks(expected: str, found: str) -> str:
    return f"different blanks: expected {_blanks(expected)}, found {_blanks(found)}"


def _say_case(_expected: str, _found: str) -> str:
    return "different case"


def _blanks(text: str) -> str:
    odd = sorted({_point(char) for char in text if char.isspace() and char != " "})
    kinds = ["at the beginning"] * (text[:1].isspace()) + ["at the end"] * (text[-1:].isspace())
    kinds += ["two or more in a row"] * ("  " in text) + odd[:_SHOWN]
    if kinds:
        return "blanks " + ", ".join(kinds)
    return "single blanks" if " " in text else "none"


_STEPS: dict[Callable[[str], str], Callable[[str, str], str]] = {
    _visible_only: _say_invisible,
    _one_form: _say_form,
    _single_blanks: _say_blanks,
    _one_case: _say_case,
}


def _look_alike(expected: str, found: str) -> list[str]:
    """Letters of two alphabets in one place: what a homograph shows."""
    if len(expected) != len(found):
        return []
    pairs = [(one, other) for one, other in zip(expected, found, strict=True) if one != other]
    if len(pairs) <= _SHOWN and all(one.isascii() != other.isascii() for one, other in pairs):
        return [f"another letter that may look alike: expected {_named(a)}, found {_named(b)}" for a, b in pairs]
    return []


def _named(char: str) -> str:
    from unicodedata import name

    return f"{_point(char)} {name(char, '')}".strip()


def _point(char: str) -> str:
    return f"U+{ord(char):04X}"
