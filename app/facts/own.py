"""The license of the repository itself: what GitHub says, or the text of the license file at its head."""

import hashlib
from pathlib import Path

from app.ports import FileRef, Side, Source
from checks.engine.plan import Plan
from checks.model.change import ChangeKind
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level
from checks.policy.schema import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.packages import Known

#: Where a license is looked for; a repository that has it elsewhere names it in the policy (`licenses.own`).
_FILES = tuple(
    f"{name}{ending}"
    for name in (
        "LICENSE",
        "LICENCE",
        "COPYING",
        "UNLICENSE",
        "license",
        "COPYING.LESSER",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    )
    for ending in ("", ".md", ".txt", ".rst")
)
_RULE = "license-incompatible"


class OwnLicense:
    """Answers only where the policy asks for advice on compatibility and the data for it is installed.

    `known`: what GitHub says. `texts`: the folder in which recognized texts are kept from run to run. `only`: the
    checks that are judged, by id.
    """

    def __init__(
        self,
        source: Source,
        known: "Known[str] | None" = None,
        texts: Path | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        self.source = source
        self.known = known
        self.folder = texts
        self.only = only

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        found = (self.known or await self._read()) if self._wanted(plan, policy) else None
        return Facts(repository=RepositoryFacts(license=found))

    def _wanted(self, plan: Plan, policy: Policy) -> bool:
        if self.only is not None and "licenses" not in self.only:
            return False
        section = policy.sections.get("licenses")
        if section is None or section.levels.get(_RULE) is Level.OFF:
            return False
        if not any(change.kind is not ChangeKind.REMOVED and change.scope.shipped for change in plan.changes):
            return False
        from checks.licenses.matrix import installed

        return installed()

    async def _read(self) -> "Known[str] | None":
        """None if there is no license file, or one of them is not recognized."""
        blobs = await self.source.read([FileRef(Side.HEAD, path, guessed=True) for path in _FILES])
        if not blobs:
            return None
        from app.facts.recognizer import Recognizer
        from checks.model.packages import Known, LicenseText
        from checks.texts.company import in_company

        recognizer = Recognizer(self.folder)
        texts = []
        for ref, blob in sorted(blobs.items(), key=lambda item: item[0].path):
            found = recognizer.recognized(blob.data) if blob.data else None
            if found is None or found.license is None:
                return None
            digest = hashlib.sha256(blob.data or b"").hexdigest()
            texts.append(LicenseText(ref.path, digest, *found))
        recognizer.keep()
        names = dict.fromkeys(text.license for text in in_company(texts) if text.license)
        return Known(" AND ".join(names), ", ".join(text.path for text in texts)) if names else None
