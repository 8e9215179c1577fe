"""All stand-ins together, and the settings that lead to them."""

from contextlib import ExitStack

from .depsdev import DepsDev
from .osv import Osv
from .others import ClearlyDefined, Ecosystems, EndOfLife, Epss, GitHub, Kev, Scorecard
from .registry import Registry
from .server import Standin


class Standins:
    """Use it in a `with` statement; nothing is asked of anybody else."""

    def __init__(self) -> None:
        self.depsdev = DepsDev()
        self.osv = Osv()
        self.endoflife = EndOfLife()
        self.scorecard = Scorecard()
        self.kev = Kev()
        self.epss = Epss()
        self.ecosystems = Ecosystems()
        self.clearlydefined = ClearlyDefined()
        self.github = GitHub()
        self.registry = Registry()
        self._stack = ExitStack()

    @property
    def each(self) -> dict[str, Standin]:
        """By the name that settings have for the source."""
        return {
            "depsdev": self.depsdev,
            "osv": self.osv,
            "endoflife": self.endoflife,
            "scorecard": self.scorecard,
            "kev": self.kev,
            "epss": self.epss,
            "ecosystems": self.ecosystems,
            "clearlydefined": self.clearlydefined,
            "github": self.github,
            "registries": self.registry,
        }

    def __enter__(self) -> "Standins":
        for standin in self.each.values():
            self._stack.enter_context(standin)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def environment(self, **settings: str) -> dict[str, str]:
        """Variables that lead every source here; `settings` are further ones of `OSPO_GATE_FACTS_…`."""
        given = {
            "DEPSDEV_URL": self.depsdev.url,
            "OSV_URL": self.osv.url,
            "ENDOFLIFE_URL": self.endoflife.api,
            "SCORECARD_URL": self.scorecard.url,
            "KEV_URL": self.kev.feed,
            "EPSS_URL": self.epss.url,
            "ECOSYSTEMS_URL": self.ecosystems.api,
            "CLEARLYDEFINED_URL": self.clearlydefined.url,
            "GITHUB_URL": self.github.url,
            "PACKAGE_MANAGERS": "false",
            **settings,
        }
        return {f"OSPO_GATE_FACTS_{name}": value for name, value in given.items()}

    @property
    def counts(self) -> dict[str, int]:
        """How many requests each source got, for those that got any."""
        return {name: len(standin.calls) for name, standin in self.each.items() if standin.calls}

    def forget(self) -> None:
        for standin in self.each.values():
            standin.calls.clear()
