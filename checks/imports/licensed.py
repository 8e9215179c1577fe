"""licensed: `.licensed.yml`."""

from checks.imports.draft import EVERY_CATEGORY, Draft
from checks.imports.reading import members, object_in, objects_in, root_of, texts_in
from checks.manifests.jsontext import Object
from checks.manifests.yamltext import load
from checks.model.phrase import say
from checks.model.purl import package

#: Its sources by their purl type.
_TYPES = {
    "bundler": "gem", "npm": "npm", "yarn": "npm", "pnpm": "npm", "bower": "bower", "go": "golang", "pip": "pypi",
    "pipenv": "pypi", "cargo": "cargo", "composer": "composer", "nuget": "nuget", "gradle": "maven", "mix": "hex",
    "cabal": "hackage", "swift": "swift",
}  # fmt: skip
_READ = {"allowed", "reviewed", "ignored", "apps", "version"}


def read_file(text: str, draft: Draft) -> None:
    """Raises UnreadableManifest."""
    root = root_of(load(text))
    draft.begin(("licenses", "allow"))
    _configuration(root, draft)
    for app, line in objects_in(root, "apps"):
        if any(name in app for name in ("allowed", "reviewed", "ignored")):
            draft.taken(line, "apps", "licenses", say("What one app allows is allowed to the whole repository here."))
        _configuration(app, draft)
    why = (
        "It compares what it has cached with the list, and a package counts as allowed only with every license that "
        "it found. Here what the lock file declares counts, and a choice (OR) needs one allowed license."
    )
    draft.taken(0, "licensed status", "licenses", say(why))


def _configuration(holder: Object, draft: Draft) -> None:
    for text, line in texts_in(holder, "allowed"):
        if text in ("none", "other"):
            why = "Here no license is the rule license-missing, and one that is not understood is license-unknown."
            draft.left(line, f"allowed: {text}", say(why))
        else:
            draft.license(("licenses", "allow"), text, line, f"allowed: {text}")
    for key in ("reviewed", "ignored"):
        for source, _, _ in members(object_in(holder, key)):
            for text, line in texts_in(object_in(holder, key), source):
                _excluded(source, text, line, key, draft)
    for name, _, line in members(holder):
        if name not in _READ:
            draft.left(line, name, say("It steers how licensed finds and caches packages; the gate reads lock files."))


def _excluded(source: str, text: str, line: int, key: str, draft: Draft) -> None:
    """A package that somebody reviewed, or that is not looked at: whatever license it declares."""
    setting = f"{key}.{source}: {text}"
    type_ = _TYPES.get(source)
    if type_ is None:
        draft.left(line, setting, say("Packages of this source have no package URL."))
        return
    name, version = _named(text)
    namespace, _, last = name.replace(":", "/").rpartition("/") if type_ == "maven" else name.rpartition("/")
    found = draft.package(package(type_, last, namespace), version, line, setting)
    if found is not None:
        why = f"Was {key} in licensed: {text}."
        draft.exception(found, EVERY_CATEGORY, why, line)
        draft.taken(line, setting, "licenses.exceptions",
            say("Here a license that nobody understands remains license-unknown; a waiver or a clarification "
                "covers that."))  # fmt: skip


def _named(text: str) -> tuple[str, str]:
    """`name` or `name@version`; a scope's `@` is part of the name."""
    name, at, version = text.rpartition("@")
    return (name, version) if at and name else (text, "")
