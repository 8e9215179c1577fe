"""GOPROXY and GOPRIVATE: the module proxies, and the modules that no public one may learn of."""

import re
from collections.abc import Iterator, Mapping

from app.facts.online.configured.registry import Configured, Registry, registry
from checks.policy.values import PackagePattern


def read_go(texts: list[str], variables: Mapping[str, str]) -> Configured:
    """`texts` are what `go env -w` writes; variables come before them."""
    known: dict[str, str] = {}
    for text in texts:
        known |= {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in text.splitlines())}
    known |= {name: variables[name] for name in ("GOPROXY", "GOPRIVATE", "GONOPROXY") if variables.get(name)}
    proxies: list[Registry] = []
    for item in re.split(r"[,|]", known.get("GOPROXY", "")):
        if item.strip() in ("direct", "off"):
            break
        proxies.extend(registry("golang", item))
    return Configured(tuple(proxies), tuple(_patterns(known)))


def _patterns(known: Mapping[str, str]) -> Iterator[PackagePattern]:
    """Globs over the first segments of a module path; ours match more, which keeps more private."""
    for name in ("GOPRIVATE", "GONOPROXY"):
        for item in known.get(name, "").split(","):
            glob = re.sub(r"\[[^\]]*\]|\?", "*", item.strip().strip("/"))
            for pattern in (f"pkg:golang/{glob}", f"pkg:golang/{glob}/*"):
                try:
                    yield PackagePattern.parse(pattern)
                except ValueError:
                    break
