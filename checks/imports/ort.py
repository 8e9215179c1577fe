"""ORT: license classifications, resolutions, curations and `.ort.yml`."""

import re

from checks.imports.draft import Draft, licenses_of
from checks.imports.reading import members, object_in, objects_in, root_of, text_in, texts_in
from checks.manifests.jsontext import Array, Object
from checks.manifests.yamltext import load
from checks.model.phrase import say
from checks.model.purl import package

_TYPES = {
    "bower": "bower", "bundler": "gem", "gem": "gem", "cargo": "cargo", "crate": "cargo", "composer": "composer",
    "packagist": "composer", "conan": "conan", "gomod": "golang", "go": "golang", "maven": "maven", "gradle": "maven",
    "npm": "npm", "nuget": "nuget", "pub": "pub", "pypi": "pypi", "pip": "pypi", "hackage": "hackage", "hex": "hex",
    "swift": "swift", "pod": "cocoapods",
}  # fmt: skip


def read_classifications(text: str, draft: Draft) -> None:
    """`license-classifications.yml`. Raises UnreadableManifest."""
    root = root_of(load(text))
    draft.begin(("licenses", "allow"))
    for entry, line in objects_in(root, "categorizations"):
        id_ = text_in(entry, "id")
        names = [name for name, _ in texts_in(entry, "categories")]
        setting = f"{id_}: {', '.join(names)}"
        if any(_free(name) for name in names) and not any(re.search("copyleft|proprietary", name) for name in names):
            draft.license(("licenses", "allow"), id_, line, setting)
        else:
            why = (
                "Which category may be used where stands in the evaluator rules, which are a program. Put the license "
                "into licenses.allow, deny or development.allow_also."
            )
            draft.left(line, setting, say(why))
    for name, _, line in members(root):
        if name not in ("categories", "categorizations"):
            draft.left(line, name, say("The policy has no such key."))


def _free(category: str) -> bool:
    """What no organization that we know forbids; anything else is decided by rules that are not in the file."""
    return category.replace("_", "-").lower() in ("permissive", "public-domain")


def read_resolutions(text: str, draft: Draft) -> None:
    """`resolutions.yml`. Raises UnreadableManifest."""
    _resolutions(root_of(load(text)), draft)


def read_repository(text: str, draft: Draft) -> None:
    """`.ort.yml`. Raises UnreadableManifest."""
    root = root_of(load(text))
    _resolutions(object_in(root, "resolutions"), draft)
    for name, _, line in members(root):
        if name == "excludes":
            why = "Paths and scopes are judged by what the lock files say of them: see licenses.development."
            draft.left(line, name, say(why))
        elif name == "curations":
            for entry, at in objects_in(object_in(root, "curations"), "packages"):
                _curation(entry, at, draft)
        elif name != "resolutions":
            draft.left(line, name, say("The policy has no such key."))


def _resolutions(holder: Object, draft: Draft) -> None:
    for entry, line in objects_in(holder, "vulnerabilities"):
        id_ = text_in(entry, "id").replace("\\-", "-")
        reason = ": ".join(filter(None, (text_in(entry, "reason"), text_in(entry, "comment"))))
        draft.accept(id_, line, f"vulnerabilities: {id_}", reason)
    for kind in ("issues", "rule_violations"):
        for entry, line in objects_in(holder, kind):
            why = "It is a pattern for the words of a message. A waiver here names the rule, the package and an end."
            draft.left(line, f"{kind}: {text_in(entry, 'message')}", say(why))


def read_curations(text: str, draft: Draft) -> None:
    """`curations.yml`: a list of packages. Raises UnreadableManifest."""
    value = load(text)
    holder = Object()
    if isinstance(value, Array):
        holder["curations"], holder.lines["curations"] = value, (1, 1)
    else:
        root_of(value)
    for entry, line in objects_in(holder, "curations"):
        _curation(entry, line, draft)


def _curation(entry: Object, line: int, draft: Draft) -> None:
    id_ = text_in(entry, "id")
    setting = f"curations: {id_}"
    concluded = text_in(object_in(entry, "curations"), "concluded_license")
    if not concluded:
        draft.left(line, setting, say("It corrects something else than a license."))
        return
    purl, version = _purl(id_)
    found = draft.package(purl, version, line, setting) if purl else None
    if found is not None and licenses_of(concluded):
        versions = {"versions": str(found["versions"])} if "versions" in found else {}
        draft.proposals.append((line, {"package": str(found["package"]), "license": concluded, **versions}))
    why = (
        "A license that somebody concluded is pinned to the text here: the entry stands in the policy as a comment, to "
        "be completed with the SHA-256 of that text."
    )
    if purl is None:
        why = "Packages of this type have no package URL."
    draft.left(line, setting, say(why))


def _purl(identifier: str) -> tuple[str | None, str]:
    """`type:namespace:name:version` as a package URL and a version."""
    parts = [*identifier.split(":", 3), "", "", ""][:4]
    type_ = _TYPES.get(parts[0].lower())
    if type_ is None or not parts[2]:
        return None, ""
    return package(type_, parts[2], parts[1]), parts[3]
