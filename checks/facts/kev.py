"""CISA's catalog of known exploited vulnerabilities: one document, keyed by CVE."""

from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, object_of
from checks.facts.fields import day, mappings, text
from checks.model.advisory import Exploited
from checks.model.facts import Facts, SourceState
from checks.model.packages import Known

SOURCE = "KEV"


def request() -> Request:
    """The whole catalog (1.5 MB in 2026), at the address that the settings give."""
    return Request("", limit_bytes=20_000_000)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """Every entry that names a CVE; one without a day was added at the latest when the catalog was read."""
    entries = object_of(document).get("vulnerabilities")
    if not isinstance(entries, list):
        raise UnreadableAnswer("it has no list of vulnerabilities")
    found = {
        cve.upper(): Known(
            Exploited(
                added=day(entry.get("dateAdded")) or as_of.date(),
                due=day(entry.get("dueDate")),
                ransomware=(text(entry.get("knownRansomwareCampaignUse")) or "").lower() == "known",
            ),
            SOURCE,
            as_of,
        )
        for entry in mappings(entries)
        if (cve := text(entry.get("cveID")))
    }
    return Answer(Facts(exploited=found, sources=(SourceState(SOURCE, as_of),)))
