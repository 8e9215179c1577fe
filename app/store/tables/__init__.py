"""The tables. Times are UTC seconds since 1970 (REAL), so that both databases compare them alike."""

from app.store.tables.agreements import agreement_text, company, company_change, company_entry, contributor, signature
from app.store.tables.conversation import command, decision, matter, notice, override, request
from app.store.tables.facts import advisory_name, fact, sighting
from app.store.tables.policies import policy, policy_file, policy_version
from app.store.tables.repositories import backfill, repository, upload
from app.store.tables.schema import metadata
from app.store.tables.snapshots import inventory, snapshot, snapshot_text
from app.store.tables.uses import (
    component,
    component_license,
    document,
    license_,
    manifest,
    package,
    pull_inventory,
    pull_manifest,
    reading,
    use,
)
from app.store.tables.work import delivery, history, outbox, pause, report, subject

__all__ = [
    "advisory_name",
    "agreement_text",
    "backfill",
    "command",
    "company",
    "company_change",
    "company_entry",
    "component",
    "component_license",
    "contributor",
    "decision",
    "delivery",
    "document",
    "fact",
    "history",
    "inventory",
    "license_",
    "manifest",
    "matter",
    "metadata",
    "notice",
    "outbox",
    "override",
    "package",
    "pause",
    "policy",
    "policy_file",
    "policy_version",
    "pull_inventory",
    "pull_manifest",
    "reading",
    "report",
    "repository",
    "request",
    "sighting",
    "signature",
    "snapshot",
    "snapshot_text",
    "subject",
    "upload",
    "use",
]
