"""The check `licenses`: what a package declares, judged by the policy's lists. It never draws a legal conclusion."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from checks.licenses import sentences
from checks.licenses.item import LicenseItem, items
from checks.licenses.judge import Judge, Judgment, Reason, Terms, Verdict
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Origin
from checks.model.facts import Facts, Gap, Known, PackageKey, Want
from checks.model.finding import Evidence, Level, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.model.purl import type_of
from checks.policy.packages import covers_version, version_faults
from checks.policy.section import Section
from checks.policy.shape import KeyFault, key
from checks.policy.values import PackagePattern
from checks.rules.check import Check, Context, Rule

RULES = (
    Rule(
        "license-not-allowed",
        Level.BLOCK,
        "A package is under a license that the policy does not allow.",
        "Use a version or a package whose license is allowed, or ask the owner of the policy for a waiver.",
    ),
    Rule(
        "license-unknown",
        Level.BLOCK,
        "A package declares something that is not understood as a license: an unknown id, an ambiguous name, a word.",
        "Look at the license text of the package; the owner of the policy can name the license for this package.",
        could_not_tell=True,
    ),
    Rule(
        "license-missing",
        Level.WARN,
        "Nobody says under which license a package is.",
        "A warning, because most lock files of Python, Go and Rust carry no license. Set it to `block` once a source "
        "of license facts is connected or packages are installed where the check runs.",
        could_not_tell=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Development:
    """More for what does not reach users: scopes development, build and test."""

    allow_also: tuple[LicenseItem, ...] = key("Allowed in addition to `allow`.", default=())


@dataclass(frozen=True, slots=True)
class LicenseException:
    """What one package may do beyond the lists; it beats `deny` too."""

    package: PackagePattern = key("Package URL without version; `*` is a wildcard.")
    allow: tuple[LicenseItem, ...] = key("Licenses that this package may have in addition.")
    reason: str = key("Why, in a sentence.")
    versions: str | None = key("Versions that it holds for, for example `<1.4` or `1.3.0`. Default: all.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """What makes it no exception: for nothing, or for everything."""
        if not self.allow:
            yield KeyFault("allow", "an exception must allow something")
        if self.package.whole_type:
            yield KeyFault("package", "an exception for every package belongs in 'allow'")
        yield from version_faults(self.package, self.versions)

    def covers(self, purl: str, version: str | None) -> bool:
        """Whether it speaks of this package version."""
        return self.package.matches(purl) and covers_version(self.versions, purl, version)


@dataclass(frozen=True, slots=True)
class LicensesSection(Section):
    """The section `licenses`."""

    allow: tuple[LicenseItem, ...] = key(
        "What packages may be under: categories, SPDX ids, `X WITH exception` pairs, `LicenseRef-…`.",
        default=items("public-domain", "permissive"),
    )
    deny: tuple[LicenseItem, ...] = key("What they may not be under, even if `allow` has it. Same entries.", default=())
    with_falls_back_to_base: bool = key(
        "Whether `X WITH exception` that no list names is judged as `X`; `false`: it must be listed as a pair.",
        default=True,
    )
    development: Development = key("Wider rules for what is not shipped.", default_factory=Development)
    exceptions: tuple[LicenseException, ...] = key("Single packages and what they may also have.", default=())
    _judges: dict[tuple[bool, tuple[int, ...]], Judge] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def judge_for(self, change: Change) -> Judge:
        """The judge of the context that this change is in; made once for each context."""
        shipped = change.scope.shipped
        covering: tuple[int, ...] = ()
        if self.exceptions:
            indexed = enumerate(self.exceptions)
            covering = tuple(index for index, item in indexed if item.covers(change.purl, change.version))
        judge = self._judges.get((shipped, covering))
        if judge is None:
            judge = self._judges[shipped, covering] = Judge(self._terms(shipped, covering))
        return judge

    def _terms(self, shipped: bool, covering: Iterable[int]) -> Terms:
        allowed = self.allow if shipped else (*self.allow, *self.development.allow_also)
        return Terms(
            allow=tuple(item.value for item in allowed),
            deny=tuple(item.value for item in self.deny),
            excepted=tuple(item.value for index in covering for item in self.exceptions[index].allow),
            with_falls_back_to_base=self.with_falls_back_to_base,
        )


#: Kinds that no registry gives a license for: actions, images and providers are run, and judged only if one is known.
_NO_STATEMENT = frozenset({"github", "githubactions", "docker", "oci", "terraform", "helm", "nix", "devcontainer"})
#: The line `go 1.22` of a go.mod: it names the toolchain, which no registry has.
_TOOLCHAIN = "pkg:golang/stdlib"


def wants(change: Change, _section: LicensesSection) -> Iterator[tuple[PackageKey, Want]]:
    """The license of what counts and whose file says nothing of it."""
    if (change.introduced or change.kind is ChangeKind.PRESENT) and not any(
        place.dependency.license for place in change.places
    ):
        yield (change.purl, change.version), Want.LICENSE


def judge_dependency(
    change: Change, facts: Facts, section: LicensesSection, _context: Context
) -> Iterator[Observation]:
    """At most one observation: the worst of what the lock file and the facts declare decides."""
    if change.kind is ChangeKind.REMOVED or all(p.dependency.origin is Origin.PATH for p in change.places):
        return
    known = facts.version(change.purl, change.version)
    declared = _declared(change, known.license)
    if not declared:
        if type_of(change.purl) not in _NO_STATEMENT and change.purl != _TOOLCHAIN:
            yield _missing(change, known.gaps)
        return
    verdicts = section.judge_for(change).verdicts
    judgment = max((verdicts[text] for text in declared), key=_verdict)
    if judgment.verdict is not Verdict.ALLOWED:
        yield _observe(change, section, judgment, declared)


def _declared(change: Change, known: Known[str] | None) -> dict[str, Known[str] | None]:
    """Each distinct statement and who made it: first the lock file's own (None), then the one that a source knows."""
    declared: dict[str, Known[str] | None] = {}
    for place in change.places:
        text = place.dependency.license
        if text and not text.isspace() and place.dependency.origin is not Origin.PATH:
            declared[text] = None
    if known is not None and known.value.strip():
        declared.setdefault(known.value, known)
    return declared


def _verdict(judgment: Judgment) -> Verdict:
    return judgment.verdict


def _source(known: Known[str] | None) -> Phrase:
    if known is None:
        return ("lock file",)
    return say("{}" + (f", {known.as_of:%Y-%m-%d}" if known.as_of else ""), known.source)


def _observe(
    change: Change, section: LicensesSection, judgment: Judgment, declared: Mapping[str, Known[str] | None]
) -> Observation:
    unknown = judgment.verdict is Verdict.UNKNOWN
    rule = "license-unknown" if unknown else "license-not-allowed"
    return Observation(
        rule=rule,
        subject=Subject(purl=change.purl, version=change.version, name=change.name),
        message=sentences.sentence(sentences.subject(change.name, change.version), judgment),
        headline=sentences.headline(change.name, change.version, judgment),
        evidence=tuple(_evidence(change, rule, judgment, declared)),
        policy_key=("licenses", "levels", rule) if unknown else _policy_key(section, judgment),
    )


def _evidence(
    change: Change, rule: str, judgment: Judgment, declared: Mapping[str, Known[str] | None]
) -> Iterator[Evidence]:
    for raw, known in declared.items():
        yield Evidence("declared", say("{}", raw), _source(known))
    text = judgment.statement.text
    if text != judgment.statement.raw:
        yield Evidence("judged as", say("{}", text), (judgment.statement.confidence.value,))
    if judgment.part != text:
        yield Evidence("failing part", say("{}", judgment.part))
    if judgment.verdict is Verdict.NOT_ALLOWED:
        yield Evidence("category", (", ".join(sentences.category_names(judgment.part)),))
    yield Evidence("rule", say(rule + ": {}", sentences.condition(judgment)))
    yield Evidence("scope", (str(change.scope),))


def _policy_key(section: LicensesSection, judgment: Judgment) -> tuple[str, ...]:
    """The entry of `deny` that decided, or the list that lacks an entry."""
    if judgment.reason is Reason.PAIR_NOT_LISTED:
        return ("licenses", "with_falls_back_to_base")
    if judgment.reason is Reason.NOT_LISTED:
        return ("licenses", "allow")
    entries = [str(item.value) for item in section.deny]
    return ("licenses", "deny", str(entries.index(judgment.by)))


def _missing(change: Change, gaps: tuple[Gap, ...]) -> Observation:
    about = sentences.subject(change.name, change.version)
    silent = join([say("{} could not answer", gap.source) for gap in gaps])
    message = say("No license is known for {}: its lock file carries none", about)
    return Observation(
        rule="license-missing",
        subject=Subject(purl=change.purl, version=change.version, name=change.name),
        message=(*message, *((", and ", *silent) if gaps else (" and no source names one",)), "."),
        headline=sentences.missing_headline(change.name, change.version),
        evidence=(
            Evidence("declared", ("nothing",), ("lock file",)),
            *(Evidence("asked", say("{}", gap.reason), say("{}", gap.source)) for gap in gaps),
            Evidence("scope", (str(change.scope),)),
        ),
        policy_key=("licenses", "levels", "license-missing"),
    )


CHECK = Check(
    id="licenses",
    title="licenses",
    prefix="lic",
    noun="package",
    rules=RULES,
    section=LicensesSection,
    judge_dependency=judge_dependency,
    wants=wants,
)
