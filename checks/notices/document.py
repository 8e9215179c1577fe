"""Third-party notices as values: components, and each distinct license text once with those that it belongs to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checks.model.purl import versioned
from checks.texts.copyrights import copyrights, without_copyrights
from checks.texts.files import Role, role
from checks.texts.vocabulary import OPERATIVE
from checks.texts.words import words

#: Words of a title.
_TITLE = 8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a package as it lies there."""

    path: str
    """Within the package."""
    text: str
    license: str | None = None
    """What it was recognized as."""


@dataclass(frozen=True, slots=True)
class Component:
    """One package version that is shipped."""

    purl: str
    """Without version."""
    name: str
    version: str | None
    license: str | None = None
    """The expression that counts, canonically written where it could be read; None: nobody says one."""
    chosen: str | None = None
    """The license under which it is used, where the expression offers a choice."""
    source: str | None = None
    """Where its source is, if somebody names that."""
    files: tuple[File, ...] = ()

    @property
    def package_url(self) -> str:
        return versioned(self.purl, self.version)

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name

    @property
    def terms(self) -> str:
        """The license in one line."""
        if self.license is None:
            return "not known"
        return f"{self.license}; used under {self.chosen}" if self.chosen else self.license


@dataclass(frozen=True, slots=True)
class Holder:
    """A component that a text belongs to, and who claims copyright in its copy of it."""

    component: Component
    copyrights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LicenseGroup:
    """One license text and everybody who uses it."""

    title: str
    """What it was recognized as, or the name of the file."""
    text: str
    """Without the copyright notices, which stand with the holders."""
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A NOTICE file, to be passed on as it is."""

    component: Component
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that the notices say, in the order in which it is said. Equal components make equal documents."""

    scope: str
    """`shipped` or `all`."""
    components: tuple[Component, ...]
    groups: tuple[LicenseGroup, ...]
    notices: tuple[Notice, ...]
    without_text: tuple[Component, ...]


def document(components: Iterable[Component], scope: str) -> Document:
    """The document of some components, whatever their order."""
    ordered = tuple(sorted(components, key=_order))
    notices = tuple(
        Notice(component, file.path, plain_text(file.text))
        for component in ordered
        for file in component.files
        if role(file.path) is Role.NOTICE
    )
    without = tuple(component for component in ordered if not any(map(_has_terms, component.files)))
    return Document(scope, ordered, tuple(_groups(ordered)), notices, without)


def _order(component: Component) -> tuple[str, str, str]:
    return component.name.lower(), component.version or "", component.purl


def _has_terms(file: File) -> bool:
    return role(file.path) is not Role.NOTICE


def _groups(components: Sequence[Component]) -> Iterator[LicenseGroup]:
    """Texts of equal words are one text; the first copy of it is shown."""
    holders: dict[tuple[str, ...], list[Holder]] = {}
    first: dict[tuple[str, ...], File] = {}
    for component in components:
        for file in filter(_has_terms, component.files):
            key = tuple(words(_without_title(file.text)))
            first.setdefault(key, file)
            holders.setdefault(key, []).append(Holder(component, copyrights(file.text)))
    titles = {key: file.license or file.path.rpartition("/")[2] for key, file in first.items()}
    order = {key: (file.license is None, titles[key].lower(), -len(holders[key]), key) for key, file in first.items()}
    for key in sorted(first, key=order.__getitem__):
        yield LicenseGroup(titles[key], plain_text(without_copyrights(first[key].text)), _merged(holders[key]))


def _merged(holders: Sequence[Holder]) -> tuple[Holder, ...]:
    """A component with two copies of a text is one holder."""
    found: dict[int, Holder] = {}
    for holder in holders:
        before = found.get(id(holder.component), Holder(holder.component, ()))
        found[id(holder.component)] = Holder(
            holder.component, tuple(dict.fromkeys((*before.copyrights, *holder.copyrights)))
        )
    return tuple(found.values())


def _without_title(text: str) -> str:
    """A text is the same whether it calls itself `MIT License` or `The MIT License (MIT)`."""
    lines = text.strip().splitlines()
    title = _WORD.findall(lines[0].lower()) if lines else []
    is_title = len(title) <= _TITLE and {"license", "licence"} & set(title) and OPERATIVE.isdisjoint(title)
    return "\n".join(lines[1:] if is_title else lines)


def plain_text(text: str) -> str:
    """A text with plain line ends, no blanks at line ends and at most one empty line in a row."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).rstrip("\n")
