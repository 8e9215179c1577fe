"""Compose files: the image of each service."""

import re
from collections.abc import Mapping

from checks.manifests.collect import Collector
from checks.manifests.dockerfile import add_image
from checks.manifests.jsontext import line_of, object_at
from checks.manifests.yamltext import load
from checks.model.dependency import Inventory, Scope
from checks.model.phrase import visible

_DEFAULT = re.compile(r"\$\{[A-Za-z_]\w{0,100}:?-([^{}$]{0,300})\}")


def parse_compose(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Services without `build`; with it, `image` is only the name that the result gets."""
    found = Collector(path, "compose")
    root = load(text)
    if root is None:
        return found.inventory()
    if not isinstance(root, Mapping):
        found.problem("it is not a mapping", 1)
        return found.inventory()
    services = object_at(root, "services")
    for name, service in services.items():
        line, end = line_of(services, name)
        if not isinstance(service, Mapping):
            if service is not None:
                found.problem(f"the service '{visible(name, 60)}' is not a mapping", line)
            continue
        merged = service.get("<<")
        reference = service.get("image", merged.get("image") if isinstance(merged, Mapping) else None)
        if not isinstance(reference, str) or "build" in service:
            continue
        line, end = line_of(service, "image") if "image" in service else (line, end)
        filled = _DEFAULT.sub(lambda match: match[1], reference) if len(reference) < 1000 else reference
        add_image(filled, line, end, Scope.RUNTIME, found)
    return found.inventory()
