"""What must be known to judge a change: only what the section needs, and only where the lock file is silent."""

from collections.abc import Iterator

from checks.freshness.case import registered
from checks.freshness.terms import FreshnessSection, SecurityFixes
from checks.model.change import Change, ChangeKind
from checks.model.facts import NOTHING, PackageKey, Want


def wants(change: Change, section: FreshnessSection) -> Iterator[tuple[PackageKey, Want]]:
    """About the version, its package and, where an update may be a security fix, the versions that it replaces."""
    want = wanted(change, section)
    if want:
        yield (change.purl, change.version), want
    if Want.ADVISORIES in want:
        for version in dict.fromkeys(item.version for item in change.before):
            yield (change.purl, version), Want.ADVISORIES


def wanted(change: Change, section: FreshnessSection) -> Want:
    """What must be known about the version itself and its package."""
    if not registered(change):
        return NOTHING
    want = NOTHING
    if change.version is not None:
        want |= _of_version(change, section)
    if section.needs_releases:
        want |= Want.RELEASES
    # Nobody but its own user can leave a package; and what is known of projects costs requests by the hundred.
    if section.speaks("package-archived") and any(place.dependency.direct is not False for place in change.places):
        want |= Want.HEALTH
    if section.speaks("end-of-life", "end-of-life-soon"):
        want |= Want.LIFECYCLE
    return want


def _of_version(change: Change, section: FreshnessSection) -> Want:
    want = NOTHING
    cooled = section.cools_down and not section.exempts(change.purl)
    dated = any(place.dependency.published for place in change.places)
    if not dated and (cooled or section.maximum_age or section.libyears):
        want |= Want.PUBLISHED
    if section.speaks("version-yanked", "package-deprecated", "package-quarantined"):
        want |= Want.STATUS
    if cooled and section.security_fixes is SecurityFixes.EXEMPT and change.kind is ChangeKind.UPDATED:
        want |= Want.ADVISORIES
    return want
