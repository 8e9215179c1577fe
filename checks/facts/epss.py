"""EPSS: how likely the exploitation of a CVE is, from FIRST."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, object_of
from checks.facts.fields import mappings, number, text
from checks.model.advisory import Likelihood
from checks.model.facts import Facts, SourceState
from checks.model.packages import Known

SOURCE = "EPSS"
#: The source takes 2,000 characters of CVEs, and gives 100 entries a page.
MAX_BATCH = 100
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}")


def requests(cves: Iterable[str]) -> Iterator[Request]:
    """One for each 100 CVEs; what is no CVE is left out."""
    asked = [cve for cve in dict.fromkeys(map(str.upper, cves)) if _CVE.fullmatch(cve)]
    for start in range(0, len(asked), MAX_BATCH):
        part = tuple(asked[start : start + MAX_BATCH])
        yield Request(f"data/v1/epss?cve={','.join(part)}&limit={MAX_BATCH}", subjects=part)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """Probability and percentile of those that were asked for; EPSS does not know every CVE."""
    entries = object_of(document).get("data")
    if not isinstance(entries, list):
        raise UnreadableAnswer("it has no list of data")
    asked = frozenset(request.subjects)
    found: dict[str, Known[Likelihood]] = {}
    for entry in mappings(entries):
        cve, likelihood = text(entry.get("cve")), _likelihood(entry)
        if cve in asked and likelihood is not None:
            found[cve] = Known(likelihood, SOURCE, as_of)
    return Answer(Facts(likelihoods=found, sources=(SourceState(SOURCE, as_of),)))


def _likelihood(entry: Mapping[str, object]) -> Likelihood | None:
    probability, percentile = number(entry.get("epss")), number(entry.get("percentile"))
    if probability is None or percentile is None or not (0 <= probability <= 1 and 0 <= percentile <= 1):
        return None
    return Likelihood(probability, percentile)
