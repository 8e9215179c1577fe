"""`.github/dco.yml`: what a repository itself says about sign-offs, in the DCO app's format."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from checks.model.errors import PolicyError
from checks.model.snapshot import Snapshot
from checks.policy.document import Entries, Node, Scalar
from checks.signoffs.terms import RemediationPolicy, RepositoryFile, Require, SignoffSection

PATH = ".github/dco.yml"
_KNOWN: Mapping[str, Mapping[str, str]] = {
    "require": {"members": "members"},
    "allowRemediationCommits": {"individual": "individual", "thirdParty": "third_party"},
}
_BOOLEANS = {"true": True, "false": False}


class Remark(NamedTuple):
    """Something in the file that does not count."""

    line: int
    """1-based."""
    what: str
    """A key with its parents, or what is wrong; foreign text."""


class Said(NamedTuple):
    """What the file says; None where it is silent."""

    members: bool | None = None
    individual: bool | None = None
    third_party: bool | None = None
    ignored: tuple[Remark, ...] = ()
    """Keys that nothing reads: `_extends` among them."""
    fault: Remark | None = None
    """Why nothing of the file counts."""


class _Invalid(Exception):
    def __init__(self, node: Node, what: str) -> None:
        super().__init__(what)
        self.remark = Remark(node.line, what)


def read(text: str | None) -> Said:
    """Read the file; None: it is too large or not UTF-8. Never raises: what is wrong is a fault."""
    if text is None:
        return Said(fault=Remark(1, "it is too large, or not UTF-8"))
    if all(not line.strip() or line.lstrip().startswith("#") or line == "---" for line in text.splitlines()):
        return Said()
    from checks.policy.yaml_events import parse  # costs 9 ms

    try:
        root = parse(text, PATH)
        if not isinstance(root, Entries):
            raise _Invalid(root, "expected keys with values")
        ignored: list[Remark] = []
        given = dict(_values(root, ignored))
    except PolicyError as error:
        issue = error.issues[0]
        return Said(fault=Remark(issue.line, issue.message))
    except _Invalid as invalid:
        return Said(fault=invalid.remark)
    return Said(given.get("members"), given.get("individual"), given.get("third_party"), tuple(ignored))


def _values(root: Entries, ignored: list[Remark]) -> Iterator[tuple[str, bool]]:
    for name, value in root.entries:
        known = _KNOWN.get(name.text)
        if known is None:
            ignored.append(Remark(name.line, name.text))
        elif isinstance(value, Entries):
            yield from _booleans(name.text, value, known, ignored)
        elif not (isinstance(value, Scalar) and value.absent):
            raise _Invalid(value, f"{name.text}: expected {' and '.join(known)} with true or false")


def _booleans(
    parent: str, node: Entries, known: Mapping[str, str], ignored: list[Remark]
) -> Iterator[tuple[str, bool]]:
    for name, value in node.entries:
        if name.text not in known:
            ignored.append(Remark(name.line, f"{parent}.{name.text}"))
            continue
        if isinstance(value, Scalar) and value.absent:
            continue
        text = value.text.lower() if isinstance(value, Scalar) and not value.quoted else ""
        if text not in _BOOLEANS:
            raise _Invalid(value, f"{parent}.{name.text}: expected true or false")
        yield known[name.text], _BOOLEANS[text]


def said_by(snapshot: Snapshot, section: SignoffSection) -> Said | None:
    """What the repository's own file says, else the one of its owner's `.github` repository; None: there is none that
    counts. It is never the branch's."""
    if section.repository_file is RepositoryFile.IGNORE:
        return None
    found = snapshot.base_texts if PATH in snapshot.base_texts else snapshot.owner_texts
    return read(found[PATH]) if PATH in found else None


def applied(section: SignoffSection, said: Said | None) -> SignoffSection:
    """The section for a repository whose file says `said`; None: it has none."""
    if said is None or said.fault:
        return section
    if section.repository_file is RepositoryFile.HONOR:
        return _honored(section, said)
    return _tightened(section, said)


def _honored(section: SignoffSection, said: Said) -> SignoffSection:
    """What the file leaves out is as the DCO app has it."""
    require = Require.NON_MEMBERS if said.members is False else Require.EVERYONE
    remediation = RemediationPolicy(said.individual is True, said.third_party is True)
    return replace(section, require=require, remediation=remediation)


_STRICTNESS = (Require.NOBODY, Require.NON_MEMBERS, Require.EVERYONE)


def _tightened(section: SignoffSection, said: Said) -> SignoffSection:
    asked = {True: Require.EVERYONE, False: Require.NON_MEMBERS, None: Require.NOBODY}[said.members]
    policy = section.remediation
    return replace(
        section,
        require=max(section.require, asked, key=_STRICTNESS.index),
        remediation=RemediationPolicy(
            policy.individual and said.individual is not False, policy.third_party and said.third_party is not False
        ),
    )


def not_followed(section: SignoffSection, said: Said) -> tuple[str, ...]:
    """The keys whose wish the policy does not grant, because the file may only tighten."""
    if section.repository_file is not RepositoryFile.TIGHTEN or said.fault:
        return ()
    loosened = {
        "require.members": said.members is False and section.require is Require.EVERYONE,
        "allowRemediationCommits.individual": said.individual is True and not section.remediation.individual,
        "allowRemediationCommits.thirdParty": said.third_party is True and not section.remediation.third_party,
    }
    return tuple(name for name, loose in loosened.items() if loose)
