"""Whether a comment signs: the phrase of a document, alone on a line that its author says.

Never in a quotation, a code block or an HTML comment, and never as a part of a longer sentence: not one that goes on
over several lines, and not beside words that take it back or set a condition. Blanks, case and a period at the end do
not matter, and who greets, thanks or tells what they did besides has signed all the same.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checks.agreements.terms import Document, phrase_key
from checks.conversation.spoken import outside, own_paragraphs

#: Characters that GitHub takes for one comment; nothing longer comes from there.
MAX_CHARACTERS = 70_000
#: What asks for another look, in the words of the bots that people come from.
_RECHECKS = frozenset({"recheck", "@cla-assistant check", "@dcoapp recheck", "/easycla"})
#: Words with which a line may be short of a sentence and still says nothing about the next one.
_COURTESY = frozenset(
    (
        *(
            "hi",
            "hello",
            "hey",
            "dear",
            "greetings",
            "welcome",
            "sure",
            "ok",
            "okay",
            "yes",
            "done",
            "signed",
            "thanks",
        ),
        *("thank", "thx", "cheers", "best", "kind", "regards", "sincerely", "bye", "hallo", "moin", "danke", "bonjour"),
        *("salut", "merci", "hola", "gracias", "ciao", "signed"),
    )
)
#: Words that may take back what stands beside them, or set a condition. Nobody's signature rests on a guess.
_DOUBT = re.compile(
    r"\b(?:not|never|no|nor|none|neither|nobody|cannot|\w+n['\u2019]t|without|unless|if|provided|until|once|when|except"
    r"|only|but|however|although|refuse\w*|declin\w+|reject\w*|disagree\w*|withdraw\w*|revoke\w*|retract\w*|against"
    r"|instead|pretend\w*|jok(?:e|es|ing)|kidding|say|says|saying|said|post|posting|write|writing|example|quote\w*"
    r"|phrase|sentence)\b",
    re.IGNORECASE,
)
#: Words of a line that is a greeting, or a name below.
_FEW = 4
_ENDED = re.compile(r"[.!?)\]\u2026\u3002\uff01]$|[^\x00-\u02ff\w]$|:[a-z0-9_+-]+:$", re.IGNORECASE)
_MENTION = re.compile(r"@[\w/-]+")


class Reading(NamedTuple):
    """What a comment says of documents."""

    signs: str | None = None
    """The name of the document that it signs. Whether a comment is enough to sign it, `by_comment` of the document
    says."""
    unclear: str | None = None
    """The name of the document whose phrase stands there alone on its line, among words that leave open what it is
    worth: nothing is signed."""


def maybe_signs(body: str, documents: Iterable[Document]) -> bool:
    """Whether it is worth looking closer: cheap, and true of every comment that signs."""
    if len(body) > MAX_CHARACTERS:
        return False
    keys = {phrase_key(document.sentence) for document in documents if document.kind.people}
    return any(phrase_key(line) in keys for line in body.splitlines())


def read(body: str, documents: Iterable[Document]) -> Reading:
    """What a comment signs, or nearly does."""
    given = tuple(documents)
    if not maybe_signs(body, given):
        return Reading()
    names = {phrase_key(document.sentence): str(document.name) for document in given if document.kind.people}
    found = [(paragraph, list(outside(paragraph))) for paragraph in own_paragraphs(body)]
    name = next((names[key] for _, own in found for line in own if (key := phrase_key(line)) in names), None)
    if name is None:
        return Reading()
    hidden = any(len(own) < len(paragraph) and _has(own, names) for paragraph, own in found)
    lines = [line for paragraph, _ in found for line in paragraph]
    return Reading(unclear=name) if hidden or not _stands_alone(lines, names) else Reading(signs=name)


def signed(body: str, documents: Iterable[Document]) -> str | None:
    """The name of the document that a comment signs, or None."""
    return read(body, documents).signs


def asks_again(body: str) -> bool:
    """Whether the whole comment asks for another look, as the users of the older bots write it."""
    return len(body) <= 100 and body.strip().casefold() in _RECHECKS


def _has(lines: Iterable[str], names: Mapping[str, str]) -> bool:
    return any(phrase_key(line) in names for line in lines)


def _stands_alone(lines: Sequence[str], names: Mapping[str, str]) -> bool:
    """Whether no other line leads into a phrase, goes on after it, or casts doubt on it."""
    at = [index for index, line in enumerate(lines) if phrase_key(line) in names]
    others = [line for index, line in enumerate(lines) if index not in at]
    before = [lines[index - 1] for index in at if index and index - 1 not in at]
    after = [lines[index + 1] for index in at if index + 1 < len(lines) and index + 1 not in at]
    return (
        not any(_DOUBT.search(_MENTION.sub("", line)) for line in others)
        and all(_ends(line.strip()) for line in before)
        and all(_begins(line.strip()) for line in after)
    )


def _courteous(line: str) -> bool:
    words = re.findall(r"\w+", line.casefold())
    return 0 < len(words) <= _FEW and words[0] in _COURTESY and not line.endswith(":")


def _ends(line: str) -> bool:
    """Whether a line above is complete: a sentence, a greeting, whom it is for, another look."""
    alone = not _MENTION.sub("", line).strip(" ,:")
    return alone or bool(_ENDED.search(line)) or _courteous(line) or asks_again(line)


def _begins(line: str) -> bool:
    """Whether a line below says something of its own: what goes on with a sentence begins in lower case."""
    return not line[:1].islower() or _courteous(line) or asks_again(line)
