"""The check on pull requests of the policy repository: is the new policy valid, and what would it change?

The policy of the head is read as data and judges nothing. What it would change is shown as a check run on the head and
in one comment that is renewed in place, before anybody merges it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from app.github.client import PUBLISHING, GitHubApp, GitHubError, document, repository_path
from app.github.policy_files import PolicyReader
from app.github.publisher import Publisher
from app.jobs.kept_policy import KeptPolicy
from app.jobs.policy_words import POLICY, broken, changes
from app.policies import starter_policies
from app.previewing import Previewing
from app.store.subjects import SubjectStore
from app.subject import Claim, Kind
from checks.model.errors import PolicyError
from checks.model.phrase import join, say
from checks.policy.layers import PolicySet
from checks.render.limits import CHECK_TEXT, COMMENT, cut
from checks.render.markdown import phrase

#: First line of the comment; only one by our own App counts.
MARKER = "<!-- ospo-gate:policy -->"
#: Attempts after which the pull request is judged without a preview.
ATTEMPTS = 4
#: Seconds before the first further attempt; doubled each time.
AGAIN = 5.0
_NOT_PUBLIC = ("private", "internal")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PolicyPulls:
    """Looks at claims on pull requests before they are judged like any other."""

    app: GitHubApp
    subjects: SubjectStore
    kept: Callable[[], KeptPolicy]
    previewing: Previewing
    clock: Callable[[], datetime]

    def concerns(self, claim: Claim) -> bool:
        """Whether it is about a pull request into the branch that the policy is read from."""
        central = self.kept().central
        if central is None or claim.kind is not Kind.PULL:
            return False
        same = claim.about.repository.lower() == central.repository.lower()
        return same and claim.about.base_ref in ("", central.ref.removeprefix("refs/heads/"))

    async def look(self, claim: Claim) -> bool:
        """False: the claim was put back, and is looked at again. Never raises for what GitHub does."""
        try:
            await self._look(claim)
        except GitHubError as error:  # a limit among them
            log.warning("policy-pull-not-previewed", subject=claim.key, error=str(error), attempt=claim.attempts + 1)
            at = getattr(error, "retry_at", None)
            if at is not None:
                await self.subjects.postpone(claim, str(error), at)
                return False
            if error.passing and claim.attempts < ATTEMPTS:
                await self.subjects.retry(claim, str(error), self.subjects.clock() + AGAIN * 2**claim.attempts)
                return False
        return True

    async def _look(self, claim: Claim) -> None:
        kept = self.kept()
        central = kept.central
        assert central is not None
        places, store = kept.keeper.places, kept.keeper.store
        client = self.app.installation(claim.installation_id, [central.repository])
        place = replace(central, ref=claim.head)
        pinned = await store.pinned(central.label)
        reader = PolicyReader(client, place, store, places.of_organization(central.repository), pinned)
        found = await reader.read()
        old = await kept.last() or starter_policies()
        same = found.files is not None and found.error is None and found.files.digest == old.files.digest
        try:
            if found.error or found.files is None:
                raise found.error or PolicyError(place.label, ())
            new = await self.previewing.loaded(found.files)
            assert found.commit is not None
            examples = await reader.examples(found.commit)
        except PolicyError as error:
            await self._say(claim, f"{claim.head}:{found.digest[:12]}", broken(error, central.path, True))
            return
        if same and not examples:
            return  # it is about something else
        key = f"{claim.head}:{new.reference.digest[:12]}:{old.reference.digest[:12]}"
        if await self._said(claim, key):
            return
        from app.jobs.policy_examples import judged

        said, passed = await asyncio.to_thread(judged, new, examples)
        await self._publish(claim, key, "" if same else await self._text(claim, old, new), said, passed)

    async def _text(self, claim: Claim, old: PolicySet, new: PolicySet) -> str:
        from checks.render.preview import markdown

        installation = claim.installation_id
        document = await self.previewing.preview(old, new, self.clock(), installation_id=installation)
        found = list(changes(old, new))
        changed = phrase(say("Changed: {}.", join(found, "; ")), 3_000) + "\n\n" if found else ""
        return changed + markdown(document, public=claim.about.visibility not in _NOT_PUBLIC)

    async def _publish(self, claim: Claim, key: str, text: str, examples: str, passed: bool) -> None:
        whole = "\n\n".join(filter(None, [text, examples] if passed else [examples, text]))
        title = "The policy is valid" if text else "The policy stays as it is"
        said = {
            "conclusion": "success" if passed else "failure",
            "output": {
                "title": title if passed else "The policy is valid, but its examples are not as expected",
                "summary": cut(whole, CHECK_TEXT),
            },
        }
        if text:
            comment = cut(f"### What this policy would change\n\n{whole}", COMMENT - len(MARKER) - 1)
            await Publisher(self._client(claim), claim).answer(MARKER, comment)
        await self._say(claim, key, said)

    # -- the check run -----------------------------------------------------------------------------------------------

    def _client(self, claim: Claim) -> Any:
        return self.app.installation(claim.installation_id, [claim.repository_id])

    async def _said(self, claim: Claim, key: str) -> bool:
        """Whether just this stands there: the comment was written before it."""
        client = self._client(claim).with_permissions(PUBLISHING, claim.repository_id)
        path = f"{repository_path(claim.about.repository)}/commits/{claim.head}/check-runs"
        params = {"check_name": POLICY, "app_id": self.app.app_id, "filter": "all"}
        listed = document(await client.request("GET", path, params=params))
        return any(row.get("external_id") == _external(key) for row in listed["check_runs"])

    async def _say(self, claim: Claim, key: str, said: dict[str, Any]) -> None:
        if await self._said(claim, key):
            return
        client = self._client(claim).with_permissions(PUBLISHING, claim.repository_id)
        body = {"name": POLICY, "head_sha": claim.head, "status": "completed", "external_id": _external(key), **said}
        await client.request("POST", f"{repository_path(claim.about.repository)}/check-runs", json=body)


def _external(key: str) -> str:
    return f"policy-pull:{key}"
