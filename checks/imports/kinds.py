"""What can be imported, and how a file is recognized: by its name, and where that is free, by its content."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from checks.imports.draft import Difference, Draft, Terms
from checks.imports.write import policy_text
from checks.model.errors import UnreadableManifest, UsageError
from checks.model.phrase import say, visible

#: A configuration that people write; ORT's classifications of every license have 150 kB (characters).
MAX_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One format."""

    id: str
    """As `--from` names it."""
    title: str
    read: str
    """`module:function` in this package: takes the text and the draft."""
    names: str = ""
    """Pattern of the file's name, and of its folder where the name alone says nothing; empty: only its content."""
    content: str = ""
    """Pattern that the text must have besides."""


KINDS = (
    Kind("cargo-deny", "cargo-deny", "cargo_deny:read_file", r"\.?deny\.toml"),
    Kind("licensed", "licensed", "licensed:read_file", r"\.licensed\.ya?ml"),
    Kind("liccheck", "liccheck", "liccheck:read_file", r"liccheck\.ini|\.liccheck\.ini"),
    Kind("liccheck", "liccheck", "liccheck:read_file", r"pyproject\.toml", r"(?m)^\s*\[tool\.liccheck"),
    Kind("osv-scanner", "OSV-Scanner", "osv_scanner:read_file", r"osv-scanner\.toml"),
    Kind("trivy", "Trivy", "trivy:read_file", r"\.trivyignore"),
    Kind("trivy-yaml", "Trivy", "trivy:read_yaml", r"\.trivyignore\.ya?ml"),
    Kind("snyk", "Snyk", "snyk:read_file", r"\.snyk"),
    Kind("renovate", "Renovate", "updates:read_renovate", r"\.?renovate(rc)?(\.json5?)?"),
    Kind("dependabot", "Dependabot", "updates:read_dependabot", r"dependabot\.ya?ml"),
    Kind("ort-repository", "ORT", "ort:read_repository", r"\.ort\.ya?ml"),
    Kind("ort-classifications", "ORT", "ort:read_classifications", r"license-classifications\.ya?ml"),
    Kind("ort-resolutions", "ORT", "ort:read_resolutions", r"resolutions\.ya?ml"),
    Kind("ort-curations", "ORT", "ort:read_curations", r"curations\.ya?ml"),
    Kind("scancode", "ScanCode license policies", "scancode:read_file", content=r"(?m)^license_policies\s*:"),
    Kind(
        "dependency-review", "dependency-review-action", "dependency_review:read_file",
        content=r"(?im)actions/dependency-review-action@"
        r"|^(fail[-_]on[-_](severity|scopes)|(allow|deny)[-_]licenses|allow[-_]dependencies[-_]licenses"
        r"|allow[-_]ghsas|deny[-_](packages|groups)|(license|vulnerability)[-_]check)\s*:",
    ),
)  # fmt: skip
IDS = tuple(dict.fromkeys(kind.id for kind in KINDS))


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gives."""

    kind: Kind
    policy: str
    """The text of the policy file."""
    differences: tuple[Difference, ...]


def import_policy(text: str, file: str, terms: Terms, kind: str | None = None) -> Imported:
    """The policy that a foreign file becomes. `file` is its name as people know it.

    Raises UsageError with the line where the file is not what its tool takes, where nobody knows what it is, and
    where it ignores something that nobody is named for.
    """
    found = _named(kind) if kind else recognized(text, file)
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{file} has more than {MAX_CHARACTERS:,} characters: it is no configuration")
    return imported(found, text, file, terms, _reader(found))


def imported(kind: Kind, text: str, file: str, terms: Terms, read: Callable[[str, Draft], None]) -> Imported:
    """As `import_policy`, with the function that reads."""
    draft = Draft(terms)
    try:
        read(text, draft)
    except UnreadableManifest as error:
        place = f"{file}:{error.line}" if error.line else file
        raise UsageError(f"{place}: {error.message}", hint=f"It was read as a file of {kind.title}.") from None
    if draft.ignores and terms.approved_by is None:
        ignores = "1 entry ignores a finding" if draft.ignores == 1 else f"{draft.ignores:,} entries ignore findings"
        hint = "Who answers for them? Say it: --approved-by '@organization/team'"
        raise UsageError(f"{file}: {ignores}, and an exception needs somebody who approved it", hint=hint)
    sections = [name for name in dict.fromkeys(path[0] for path in draft.values) if name not in ("mode", "waivers")]
    if sections:
        why = "They have further rules with levels of their own, and what cannot be read always counts: docs/policy.md."
        draft.taken(0, "what else is judged", ", ".join([*sections, "inventory"]), say(why))
    ordered = tuple(sorted(draft.differences, key=lambda item: item.line or MAX_CHARACTERS))
    return Imported(kind, policy_text(draft, file, kind.title), ordered)


def recognized(text: str, file: str) -> Kind:
    """The kind of a file. Raises UsageError where it could be anything."""
    name = re.split(r"[/\\]", file)[-1].lower()
    for kind in KINDS:
        named = not kind.names or re.fullmatch(kind.names, name)
        if named and (not kind.content or re.search(kind.content, text[:MAX_CHARACTERS])):
            return kind
    hint = "Say what it is with --from: " + ", ".join(IDS)
    raise UsageError(f"{visible(file)} is not recognized, neither by its name nor by its content", hint=hint)


def _named(id_: str) -> Kind:
    return next(kind for kind in KINDS if kind.id == id_)


def _reader(kind: Kind) -> Callable[[str, Draft], None]:
    module, _, function = kind.read.partition(":")
    reader: Callable[[str, Draft], None] = getattr(import_module(f"checks.imports.{module}"), function)
    return reader
