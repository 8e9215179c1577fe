"""Forms on the page of a verdict on a pull request: taken from those who may see it, whatever is done with them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from fastapi import Request, Response

from app.github.errors import GitHubError
from app.github.people import NotSignedIn
from app.store.matters import MatterStore
from app.store.repositories import RepositoryRow
from app.subject import About, pull_key
from app.web.forms import Posted, Refused, posted
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Sessions

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """A form, and the open pull request that it is about."""

    form: Posted
    row: RepositoryRow
    number: int
    about: About

    @property
    def key(self) -> str:
        return pull_key(self.row.id, self.number)


@dataclass(frozen=True, slots=True)
class VerdictForms:
    """Takes them."""

    pulls: MatterStore
    rights: Rights
    renderer: Renderer
    sessions: Sessions

    async def answer(
        self,
        request: Request,
        repository: str,
        number: str,
        undone: str,
        deed: Callable[[Sent], Awaitable[Response]],
    ) -> Response:
        """What `deed` answers, or why it is not asked. `undone`: the headline of a page that says so."""
        try:
            sent = await self._sent(await posted(request, self.sessions), repository, number)
            return self.renderer.not_found(request) if sent is None else await deed(sent)
        except Refused as error:
            said = "Open the page again and send the form from there."
            return self.renderer.message(request, error.status, undone, said)
        except NotSignedIn:
            return self.renderer.message(request, 401, undone, "Sign in again: the session has ended.")
        except GitHubError as error:
            log.warning("form-not-answered", form=request.url.path, error=str(error))
            said = "GitHub could not be asked whether you may. Try again in a minute."
            return self.renderer.message(request, 503, "Try again", said, {"Retry-After": "60"})

    async def _sent(self, form: Posted, repository: str, number: str) -> Sent | None:
        """None: there is no such open pull request, or the sender may not see it."""
        row = await self.rights.repository(repository, form.session)
        right = number.isascii() and number.isdigit() and len(number) < 10
        about = await self.pulls.about(pull_key(row.id, int(number))) if row and right else None
        return None if row is None or about is None or row.gone_at is not None else Sent(form, row, int(number), about)
