"""The network and a facts file together: the network knows newer, so it is asked first; where it is silent the file
serves."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from app.facts.container import FactsFile
from app.facts.file import SOURCE, FileFacts
from app.facts.file_records import advisory_key
from app.facts.lookup import unanswered
from app.facts.memory import FactsInMemory
from app.ports import FactKey, FactRecord, PackageSource
from checks.facts import epss, kev, osv
from checks.model.facts import NOTHING, Facts, Questions, SourceState, Want, joined
from checks.model.packages import Gap, PackageFacts, VersionFacts

#: Who knows what is exploited: asked by CVE, so no question about a package stays open where they are silent.
_EXPLOITATION = (kev.SOURCE, epss.SOURCE)


class FileBehind:
    """Implements `PackageSource`: what `first` could not tell is taken from the file, whatever its age."""

    def __init__(self, first: PackageSource, file: FileFacts) -> None:
        self.first = first
        self.file = file

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        facts = await self.first.answer(questions, private)
        open_ = unanswered(questions, facts)
        facts = self._filled(facts, open_) if open_ else facts
        if not any(state.name in _EXPLOITATION and _silent(state) for state in facts.sources):
            return facts
        return _joined(facts, self.file.exploitation(facts))

    def _filled(self, facts: Facts, open_: Questions) -> Facts:
        kept = self.file.look_up(open_)
        of_packages: dict[str, Want] = {}
        for (purl, _), want in open_.items():
            of_packages[purl] = of_packages.get(purl, NOTHING) | want.of_package
        versions = {
            key: replace(known, gaps=_left(known.gaps, _told(open_.get(key, NOTHING), kept.version(*key))))
            for key, known in facts.versions.items()
        }
        packages = {
            purl: replace(known, gaps=_left(known.gaps, _told(of_packages.get(purl, NOTHING), kept.package(purl))))
            for purl, known in facts.packages.items()
        }
        return _joined(replace(facts, versions=versions, packages=packages), _without_gaps(kept))


class AdvisoriesBehind(FactsInMemory):
    """A cache that knows the advisories of a file, so that only those are asked for that changed since."""

    def __init__(self, file: FactsFile) -> None:
        super().__init__()
        self.file = file

    async def get(self, keys: Collection[FactKey]) -> Mapping[FactKey, FactRecord]:
        found = dict(await super().get(keys))
        asked = {
            advisory_key(key.key): key
            for key in keys
            if key.kind == "advisory" and key.source == osv.SOURCE and key not in found
        }
        for key, record in (self.file.find(asked) if asked else {}).items():
            found[asked[key]] = record._replace(key=asked[key])
        return found


def _told(asked: Want, kept: VersionFacts | PackageFacts) -> Want:
    """What of `asked` the file answers, if only that nothing is known."""
    for gap in kept.gaps:
        asked &= ~gap.about
    return asked


def _left(gaps: tuple[Gap, ...], told: Want) -> tuple[Gap, ...]:
    return tuple(replace(gap, about=gap.about & ~told) for gap in gaps if gap.about & ~told)


def _without_gaps(kept: Facts) -> Facts:
    """`kept` without the gaps that only say that it is not in the file: the network has said why it does not know."""
    versions = {
        key: replace(known, gaps=tuple(gap for gap in known.gaps if gap.source != SOURCE))
        for key, known in kept.versions.items()
    }
    packages = {
        purl: replace(known, gaps=tuple(gap for gap in known.gaps if gap.source != SOURCE))
        for purl, known in kept.packages.items()
    }
    return replace(kept, versions=versions, packages=packages)


def _joined(facts: Facts, kept: Facts) -> Facts:
    """Both; the trouble of a source for which the file stands in is none of the verdict's."""
    there = tuple(state for state in kept.sources if state.as_of is not None)
    names = {state.name for state in there}
    states = tuple(
        replace(state, trouble=None) if state.name in names and _silent(state) else state for state in facts.sources
    )
    return joined(replace(facts, sources=states), replace(kept, sources=there))


def _silent(state: SourceState) -> bool:
    return state.trouble is not None and state.as_of is None
