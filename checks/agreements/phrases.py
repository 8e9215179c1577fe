"""Whether a comment signs: the phrase of a document, alone on a line that its author says.

Never in a quotation, a code block or an HTML comment, and never as a part of a longer sentence. Blanks, case and a
period at the end do not matter.
"""

from collections.abc import Iterable

from checks.agreements.terms import Document, phrase_key
from checks.conversation.spoken import own_lines

#: Characters that GitHub takes for one comment; nothing longer comes from there.
MAX_CHARACTERS = 70_000
#: What asks for another look, in the words of the bots that people come from.
_RECHECKS = frozenset({"recheck", "@cla-assistant check", "@dcoapp recheck", "/easycla"})


def maybe_signs(body: str, documents: Iterable[Document]) -> bool:
    """Whether it is worth looking closer: cheap, and true of every comment that signs."""
    if len(body) > MAX_CHARACTERS:
        return False
    keys = {phrase_key(document.sentence) for document in documents if document.kind.people}
    return any(phrase_key(line) in keys for line in body.splitlines())


def signed(body: str, documents: Iterable[Document]) -> str | None:
    """The name of the document that a comment signs, or None. Whether a comment is enough to sign it, `by_comment` of
    the document says."""
    given = tuple(documents)
    if not maybe_signs(body, given):
        return None
    names = {phrase_key(document.sentence): str(document.name) for document in given if document.kind.people}
    found = (names.get(phrase_key(line)) for line in own_lines(body, lambda text: maybe_signs(text, given)))
    return next(filter(None, found), None)


def asks_again(body: str) -> bool:
    """Whether the whole comment asks for another look, as the users of the older bots write it."""
    return len(body) <= 100 and body.strip().casefold() in _RECHECKS
