"""Policies that come with ospo-gate, for `policy init --template NAME` and `extends: template:NAME`."""

from collections.abc import Iterator, Mapping
from importlib import import_module

#: By the name that people write.
_MODULES = {
    "starter": "checks.policy.starter",
    "permissive": "checks.policy.templates.permissive",
    "product": "checks.policy.templates.product",
    "service": "checks.policy.templates.service",
    "internal": "checks.policy.templates.internal",
    "open-source-project": "checks.policy.templates.open_source_project",
    "ai": "checks.policy.templates.ai",
}


class _Templates(Mapping[str, str]):
    """Each is loaded when it is asked for."""

    def __getitem__(self, name: str) -> str:
        module = import_module(_MODULES[name])
        text: str = module.STARTER if name == "starter" else module.TEXT
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


TEMPLATES: Mapping[str, str] = _Templates()
