"""NuGet.Config: package sources and their logins."""

import re
from collections.abc import Iterator, Mapping

from app.facts.online.configured.registry import Configured, Registry, basic, registry
from checks.manifests.xmltext import Element, parse_xml
from checks.model.errors import UnreadableManifest

_VARIABLE = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)%")


def read_nuget(texts: list[str], variables: Mapping[str, str]) -> Configured:
    """The sources that are not turned off. Encrypted passwords are of one Windows machine and cannot be used."""
    found: list[Registry] = []
    for text in texts:
        try:
            root = parse_xml(text, "configuration")
        except UnreadableManifest:
            continue
        off = {name for name, value in _added(root, "disabledPackageSources", variables) if value.lower() == "true"}
        for name, url in _added(root, "packageSources", variables):
            if name not in off:
                found.extend(registry("nuget", url, authorization=_login(root, name, variables)))
    return Configured(tuple(found))


def _added(root: Element, section: str, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for element in root.all(section, "add"):
        yield element.attributes.get("key", ""), _filled(element.attributes.get("value", ""), variables)


def _filled(text: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: variables.get(match[1], match[0]), text)


def _login(root: Element, name: str, variables: Mapping[str, str]) -> str | None:
    tag = re.sub(r"[^\w.-]", lambda match: f"_x{ord(match[0]):04X}_", name)
    values = {
        item.attributes.get("key", "").lower(): _filled(item.attributes.get("value", ""), variables)
        for item in root.all("packageSourceCredentials", tag, "add")
    }
    user, password = values.get("username"), values.get("cleartextpassword")
    return basic(user, password) if user and password else None
