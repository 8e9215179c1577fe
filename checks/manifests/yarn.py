"""yarn.lock: classic (its own syntax) or berry (YAML); package.json tells what is direct and for development."""

from collections.abc import Mapping

from checks.model.dependency import Inventory

FORMAT = "yarn-lock"


def parse_yarn_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every package of the lock once, at the entry that pins it."""
    if text.startswith("__metadata:") or "\n__metadata:" in text:
        from checks.manifests.yarnberry import parse_berry

        return parse_berry(text, path, companions)
    from checks.manifests.yarnclassic import parse_classic

    return parse_classic(text, path, companions)


class Specifiers:
    """Which entry answers `name@range`."""

    PROJECT = -1

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._by_name: dict[str, int | None] = {}

    def add(self, name: str, range_: str, index: int) -> None:
        self._exact.setdefault(f"{name}@{range_}", index)
        known = self._by_name.setdefault(name, index)
        if known != index:
            self._by_name[name] = None

    def find(self, name: str, range_: str) -> int | None:
        """The entry for exactly this specifier; else, as `resolutions` may replace ranges, the only one of the name."""
        for specifier in (f"{name}@{range_}", f"{name}@npm:{range_}"):
            index = self._exact.get(specifier)
            if index is not None:
                return index
        return self._by_name.get(name)
