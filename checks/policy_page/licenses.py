"""The sections `licenses` and `ai_models` in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checks.licenses.index import Category
from checks.licenses.item import LicenseItem
from checks.model.phrase import Phrase, join, say
from checks.policy_page.page import Block, Bullets, Paragraph, Row, Table
from checks.policy_page.words import Say, Scene, bullets, choice, covering, inside, line, listed, quoted, sentence

#: What a category is, in a few words that decide nothing, and licenses that are in it.
CATEGORIES: Mapping[Category, tuple[str, tuple[str, ...]]] = {
    Category.PUBLIC_DOMAIN: ("asks for nothing", ("CC0-1.0", "Unlicense")),
    Category.PERMISSIVE: ("asks for notices and the license text", ("MIT", "Apache-2.0", "BSD-3-Clause")),
    Category.WEAK_COPYLEFT: (
        "changes to the package itself are to be offered under the same license",
        ("LGPL-2.1-only", "MPL-2.0", "EPL-2.0"),
    ),
    Category.STRONG_COPYLEFT: (
        "a work that has the package in it is to be offered under the same license when it is handed out",
        ("GPL-2.0-only", "GPL-3.0-or-later"),
    ),
    Category.NETWORK_COPYLEFT: ("the same also when people only use the work over a network", ("AGPL-3.0-only",)),
    Category.SOURCE_AVAILABLE: ("the source can be read, and what may be done with it is limited", ("BUSL-1.1",)),
    Category.PROPRIETARY: ("terms of a vendor", ()),
    Category.AI_USE_RESTRICTED: ("terms that rule out some uses of a model", ()),
    Category.NON_COMMERCIAL: ("no commercial use", ("CC-BY-NC-4.0",)),
}
_CONTEXTS = {
    "distributed": "is handed out to people",
    "hosted": "is offered as a service",
    "internal": "is used inside the organization only",
    "dual-licensed": "is also offered under another license",
    "open-core": "has an open core under a product",
}
_LINKAGE = {"static": "compiled into one program (Go, Rust)", "separate": "a program of its own (images, charts)"}


def _terms(items: Iterable[LicenseItem]) -> Table:
    """Categories with what they are, and single licenses."""
    rows = []
    for item in items:
        what, examples = CATEGORIES.get(item.value, ("", ())) if isinstance(item.value, Category) else ("", ())
        kind = f"category: {what}" if what else "category" if isinstance(item.value, Category) else "this license alone"
        rows.append(Row((say("{}", item.text), (kind,), listed(examples) if examples else ("–",))))
    return Table(("License or category", "What it is", "For example"), tuple(rows))


def allowed(what: str) -> Say:
    """A list of what is allowed."""

    def _say(value: Any, _scene: Scene) -> Iterator[Block]:
        if value:
            yield Paragraph((f"{what} may be under these; what is in no list is not allowed:",))
            yield _terms(value)
            yield Paragraph(("The words about categories are for orientation; what counts is the text of a license.",))
        else:
            yield Paragraph((f"No license is allowed for {what.lower()} by itself.",))

    return _say


def _denied(entry: Any, _scene: Scene) -> Phrase:
    reason = getattr(entry, "reason", None)
    name = say("{}", str(getattr(entry, "license", entry)))
    return (*name, ": ", *quoted(reason)) if reason else name


def _wider(who: str) -> Say:
    def _say(value: Any, _scene: Scene) -> Iterator[Block]:
        if value is None:
            return
        if value.allow_also:
            yield sentence(f"{who} may also be under {{}}.", listed(value.allow_also, " or "))
        else:
            yield Paragraph((f"{who} may have nothing more.",))

    return _say


def _development(value: Any, _scene: Scene) -> Iterator[Block]:
    if value.allow_also:
        who = "Tools for developing, building and testing, which are not shipped, may also be under {}."
        yield sentence(who, listed(value.allow_also, " or "))


def _adjusted(intro: str, words: Mapping[str, str]) -> Say:
    def _item(name: str, entry: Any, scene: Scene) -> Phrase:
        said = []
        if entry.allow_also:
            said.append(say("also allowed: {}", listed(entry.allow_also)))
        if entry.deny_also:
            said.append(say("also denied: {}", join((_denied(item, scene) for item in entry.deny_also), "; ")))
        return (f"{words.get(name, name)}: ", *join(said or [("nothing more",)], "; "))

    def _say(value: Any, scene: Scene) -> Iterator[Block]:
        if value:
            yield Paragraph((intro,))
            yield Bullets(tuple(_item(str(name.value), entry, scene) for name, entry in value.items()))

    return _say


def _own(entry: Any, _scene: Scene) -> Phrase:
    said = [say("under {}", entry.license.text)] if entry.license else []
    said += [(f"code that {_CONTEXTS[entry.context.value]}",)] if entry.context else []
    return (*say("{}: ", str(entry.path)), *join(said))


def _exception(entry: Any, _scene: Scene) -> Phrase:
    who = covering(entry.package, entry.versions)
    return (*who, " may also be under ", *listed(entry.allow, " or "), ": ", *quoted(entry.reason))


def _clarification(entry: Any, _scene: Scene) -> Phrase:
    found = say(" is under {}, read in {} (SHA-256 {})", str(entry.license), entry.evidence, str(entry.sha256))
    by = say(", by {}", str(entry.reviewed_by)) if entry.reviewed_by else ()
    why = (": ", *quoted(entry.reason)) if entry.reason else ()
    return (*covering(entry.package, entry.versions), *found, *by, *why)


def _context(value: Any, _scene: Scene) -> Iterator[Block]:
    yield Paragraph((f"Unless something below says otherwise, it is taken that our work {_CONTEXTS[value.value]}.",))


LICENSES: Mapping[str, Say] = {
    "allow": allowed("Packages"),
    "deny": bullets("Not allowed, even if a list above has it:", _denied),
    "development": _development,
    "build": _wider("Packages of the scope build"),
    "test": _wider("Packages of the scope test"),
    "optional": _wider("Packages of the scope optional"),
    "context": _context,
    "context_property": inside(
        line("The custom property {} of a repository says how its work reaches people."),
        "Each repository says for itself how its work reaches people.",
    ),
    "contexts": _adjusted("What is different by how our work reaches people. Where it", _CONTEXTS),
    "linkage": _adjusted("What is different by how a package is joined with our work. Where it is", _LINKAGE),
    "own": inside(bullets("What our own code is under:", _own)),
    "inner_source": inside(
        lambda value, _: (
            [sentence("For use inside only (allowed in internal and private repositories): {}.", listed(value))]
            if value
            else ()
        )
    ),
    "with_falls_back_to_base": choice(
        {
            True: "A license with an exception that no list names is judged as the license without the exception.",
            False: "A license with an exception must be listed together with its exception.",
        }
    ),
    "exceptions": bullets("Single packages that may have more:", _exception, "Exceptions for single packages: {}."),
    "clarify": bullets(
        "What single packages were found to be under:",
        _clarification,
        "Packages whose license somebody read and recorded: {}.",
    ),
    "detect": choice(
        {
            "missing": "The texts in a package are looked at where nobody says for certain what it is under.",
            "always": "The license texts in every package are looked at.",
            "never": "What a package declares counts; the texts in it are not looked at.",
        }
    ),
    "github_gate": choice(
        {
            "report-once": "Where GitHub’s own license check is active, what it reports is not reported twice.",
            "both": "What GitHub’s own license check reports is judged here, too.",
        }
    ),
    "github_gate_property": inside(
        line("The custom property {} of a repository says whether GitHub’s own license check is active.")
    ),
}


def _model_lists(what: str) -> Say:
    def _say(value: Any, scene: Scene) -> Iterator[Block]:
        yield from allowed(what)(value.allow, scene)
        yield from bullets(f"{what} may not be under these, even if the list above has it:", _denied)(value.deny, scene)

    return _say


def _model(entry: Any, scene: Scene) -> Phrase:
    why = (": ", *quoted(entry.reason)) if entry.reason else ()
    return (*say("{} is under {}", str(entry.model), str(entry.license)), *why)


AI_MODELS: Mapping[str, Say] = {
    "weights": _model_lists("AI models"),
    "data": _model_lists("Data sets"),
    "clarify": bullets(
        "What single models and data sets were found to be under:", _model, "Models that somebody looked at: {}."
    ),
    "ignore": inside(
        lambda value, _: [sentence("Not looked at: {}.", listed(value))] if value else (),
        "Some files are not looked at.",
    ),
}
