"""What a condition may speak of: every field with its type, its meaning and what must be asked to know it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from checks.advisories.severity import Severity
from checks.licenses.index import Category
from checks.model.change import ChangeKind
from checks.model.commit import AccountType
from checks.model.dependency import Origin, Scope
from checks.model.facts import NOTHING, Want
from checks.model.snapshot import FileStatus


class On(StrEnum):
    """What a rule is asked about."""

    DEPENDENCY = "dependency"
    """Each package version of the change."""
    COMMIT = "commit"
    PULL = "pull"
    """The change as a whole."""


class Type(StrEnum):
    """What a field holds, in the words of messages."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal number"
    TRUTH = "true or false"
    MOMENT = "timestamp"
    TEXTS = "list of texts"
    MAP = "map of texts"
    RECORDS = "list of records"


class Field(NamedTuple):
    """One field. What nobody knows has no value, and a condition that needs it could not tell."""

    type: Type
    doc: str
    want: Want = NOTHING
    """What must be asked about the package."""
    words: tuple[str, ...] = ()
    """All that it can be, if that is a list of words."""
    days: bool = False
    """Whether it grows by one a day."""


def _words(words: type[StrEnum]) -> tuple[str, ...]:
    return tuple(word.value for word in words)


TEXT, NUMBER, TRUTH, TEXTS = Type.TEXT, Type.NUMBER, Type.TRUTH, Type.TEXTS

_DEPENDENCY = {
    "dependency.purl": Field(TEXT, "Package URL without version: `pkg:npm/%40example/web`."),
    "dependency.type": Field(TEXT, "Its type: `npm`, `pypi`, `githubactions`."),
    "dependency.namespace": Field(TEXT, "`@example` of `@example/web`; empty if it has none."),
    "dependency.name": Field(TEXT, "As its ecosystem writes it, with the namespace: `@example/web`."),
    "dependency.version": Field(TEXT, "The exact version."),
    "dependency.scope": Field(TEXT, "What it is needed for, of several the nearest to users.", words=_words(Scope)),
    "dependency.direct": Field(TRUTH, "Whether the project itself asks for it."),
    "dependency.origin": Field(TEXT, "Where its bytes come from.", words=_words(Origin)),
    "dependency.source": Field(TEXT, "The address that the lock file names."),
    "dependency.paths": Field(TEXTS, "The manifests and lock files that have it."),
    "dependency.via": Field(TEXT, "The direct dependency that brings it; itself if it is one."),
    "dependency.license.expression": Field(TEXT, "What it declares, as an SPDX expression.", Want.LICENSE),
    "dependency.license.ids": Field(TEXTS, "The license ids of the expression.", Want.LICENSE),
    "dependency.license.categories": Field(
        TEXTS, "The categories of all of them.", Want.LICENSE, words=_words(Category)
    ),
    "dependency.license.category": Field(
        TEXT,
        "The one that decides: of alternatives (`OR`) the mildest, of parts (`AND`) the strictest.",
        Want.LICENSE,
        words=_words(Category),
    ),
    "dependency.published": Field(Type.MOMENT, "When this version was published, UTC.", Want.PUBLISHED),
    "dependency.age_days": Field(NUMBER, "Whole days since then.", Want.PUBLISHED, days=True),
    "dependency.deprecated": Field(TRUTH, "Whether its maintainers say so of this version.", Want.STATUS),
    "dependency.yanked": Field(TRUTH, "Whether this version was withdrawn.", Want.STATUS),
    "dependency.advisories": Field(Type.RECORDS, "The advisories that affect this version.", Want.ADVISORIES),
    "dependency.latest": Field(TEXT, "The newest version by its registry.", Want.RELEASES),
    "dependency.archived": Field(TRUTH, "Whether its source repository is read-only.", Want.HEALTH),
    "dependency.maintainers": Field(NUMBER, "How many maintainers it has.", Want.HEALTH),
    "dependency.dependents": Field(NUMBER, "How many packages depend on it.", Want.HEALTH),
    "dependency.scorecard": Field(Type.DECIMAL, "Its OpenSSF Scorecard, 0 to 10.", Want.HEALTH),
    "change.kind": Field(TEXT, "What the change does to it.", words=_words(ChangeKind)),
    "change.introduced": Field(TRUTH, "Whether the change brings it, rather than finding it there."),
    "change.from": Field(TEXTS, "The versions that the base had instead, or the same one in another form."),
}
_REPOSITORY = {
    "repository.name": Field(TEXT, "`owner/name`."),
    "repository.owner": Field(TEXT, "The part before the slash."),
    "repository.visibility": Field(TEXT, "", words=("public", "internal", "private")),
    "repository.default_branch": Field(TEXT, "Its name."),
    "repository.topics": Field(TEXTS, "Its topics."),
    "repository.license": Field(TEXT, "The SPDX expression of its own license."),
    "repository.properties": Field(
        Type.MAP, "Its custom properties: `repository.properties.tier`. One without a value is the empty text."
    ),
}
_PULL = {
    "pull.number": Field(NUMBER, "Its number."),
    "pull.target": Field(TEXT, "The branch that it goes into."),
    "pull.files": Field(Type.RECORDS, "The files that it changes."),
    "pull.commits": Field(NUMBER, "How many commits it has."),
}
_COMMIT = {
    "commit.sha": Field(TEXT, "Its full id."),
    "commit.subject": Field(TEXT, "The first line of its message."),
    "commit.message": Field(TEXT, "The whole message."),
    "commit.parents": Field(NUMBER, "How many parents it has; a merge has two or more."),
    "commit.verified": Field(TRUTH, "Whether GitHub verified its signature; only the service knows."),
    "commit.sign_offs": Field(TEXTS, "`Name <address>` of each `Signed-off-by:` line."),
    "commit.trailers": Field(TEXTS, "The lines of its trailer block, the key in small letters: `ticket: 7`."),
    "commit.author.name": Field(TEXT, "As git records it."),
    "commit.author.email": Field(TEXT, "As git records it."),
    "commit.author.login": Field(TEXT, "The GitHub account; only the service knows."),
    "commit.author.type": Field(TEXT, "Of the account; only the service knows.", words=_words(AccountType)[:2]),
    "commit.committer.name": Field(TEXT, "As git records it."),
    "commit.committer.email": Field(TEXT, "As git records it."),
    "commit.committer.login": Field(TEXT, "The GitHub account; only the service knows."),
}

#: The fields of what each rule is asked about.
FIELDS: Mapping[On, Mapping[str, Field]] = {
    On.DEPENDENCY: {**_DEPENDENCY, **_REPOSITORY},
    On.COMMIT: {**_COMMIT, **_PULL, **_REPOSITORY},
    On.PULL: {**_PULL, **_REPOSITORY},
}

#: What the items of a list of records have. What is not known of one is absent from it: `has(a.score)`.
RECORDS: Mapping[str, Mapping[str, Field]] = {
    "dependency.advisories": {
        "id": Field(TEXT, "`GHSA-…`, `CVE-…`, as its source names it."),
        "aliases": Field(TEXTS, "Its other names."),
        "severity": Field(TEXT, "How bad it is.", words=_words(Severity)),
        "score": Field(Type.DECIMAL, "The CVSS score, 0 to 10."),
        "fixed": Field(TEXTS, "The versions that fix it."),
        "malicious": Field(TRUTH, "Whether it says that the package is malware."),
    },
    "pull.files": {
        "path": Field(TEXT, "Where it is now."),
        "status": Field(TEXT, "What became of it.", words=_words(FileStatus)),
        "previous_path": Field(TEXT, "Where it was before; absent unless it was renamed."),
        "changed_lines": Field(NUMBER, "Added and removed lines together; absent where nobody counted."),
    },
}
PROPERTIES = "repository.properties"
#: What only the service knows.
ACCOUNTS = frozenset({"commit.verified", "commit.author.login", "commit.author.type", "commit.committer.login"})
