"""devcontainer.json: the image, the features and the editor extensions of a development container."""

import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.dockerfile import add_image
from checks.manifests.images import image
from checks.manifests.jsontext import Array, Object, line_of, load_object
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Scope
from checks.model.phrase import visible

#: Strings first, so that `//` in an address is no comment; then comments, then commas before a closing bracket.
_COMMENT = r"//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_JSONC = re.compile(rf'"(?:[^"\\\n]|\\.)*+"?|({_COMMENT})|(,)(?=(?:\s|{_COMMENT})*+[}}\]])')
_EXTENSION = re.compile(r"(\w[\w-]{0,200})\.([\w.-]{1,200})(?:@([\w.+-]{1,100}))?")


def parse_devcontainer(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Everything here runs on developers' machines. Local features (`./name`) are part of the tree."""
    found = Collector(path, "devcontainer")
    root = load_object(_JSONC.sub(_blank, text))
    reference = root.get("image")
    if isinstance(reference, str):
        add_image(reference, *line_of(root, "image"), Scope.DEVELOPMENT, found)
    features = root.get("features")
    if isinstance(features, Object):
        for name in features:
            _add_feature(name, *line_of(features, name), found)
    elif features is not None:
        found.problem("'features' is not an object", line_of(root, "features")[0])
    for extensions in _extension_lists(root):
        for extension, (line, end) in zip(extensions, extensions.lines, strict=True):
            _add_extension(extension, line, end, found)
    return found.inventory()


def _blank(match: re.Match[str]) -> str:
    """Comments and trailing commas as spaces, so that every line and column stays."""
    if match[1] is None and match[2] is None:
        return match[0]
    return "".join(character if character == "\n" else " " for character in match[0])


def _add_feature(name: str, line: int, end: int, found: Collector) -> None:
    """`registry/namespace/feature:1`, an OCI artifact; or a folder, or the address of an archive."""
    if name.startswith(("./", "../")):
        return
    known = image(name.lower()) if "://" not in name else None
    if known is None or "." not in known.name.partition("/")[0]:
        found.problem(f"this is not a feature: {visible(name, 100)}", line)
        return
    digest = (known.digest,) if known.digest else ()
    place = found.at(line, end)
    found.add(
        Dependency(known.purl, known.name, known.version, place, Scope.DEVELOPMENT, True, source=name, integrity=digest)
    )


def _extension_lists(root: Object) -> list[Array]:
    """`customizations.vscode.extensions`, and `extensions` at the top as older files have it."""
    holders: list[object] = [root]
    customizations = root.get("customizations")
    if isinstance(customizations, Object):
        holders.append(customizations.get("vscode"))
    lists = (holder.get("extensions") for holder in holders if isinstance(holder, Object))
    return [items for items in lists if isinstance(items, Array)]


def _add_extension(name: object, line: int, end: int, found: Collector) -> None:
    match = _EXTENSION.fullmatch(name) if isinstance(name, str) and len(name) <= MAX_WORD else None
    if match:
        package = purl.package("vscode-extension", match[2], match[1])
        place = found.at(line, end)
        found.add(Dependency(package, f"{match[1]}.{match[2]}", match[3], place, Scope.DEVELOPMENT, True))
    elif not (isinstance(name, str) and name.startswith("-")):  # a dash takes an extension away
        found.problem("this is not an extension", line)
