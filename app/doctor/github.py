"""The GitHub App: its key, the clock, what it may and hears, where it is installed, and how its webhooks arrive."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.doctor.line import Line, fault, ok, some, warning
from app.github import needs
from app.github.client import GitHubApp, GitHubError, document
from app.github.deliveries import Attempt, Hook, attempts, hook
from app.github.errors import server_time
from app.github.listing import Installed, installations, listing_client
from checks.model.phrase import visible

#: Seconds between the clocks: GitHub refuses tokens of more than a minute, and times in the log are compared.
SKEWED, REFUSED = 5.0, 30.0
#: How far back webhooks are looked at (seconds), and at how many.
BACK, DELIVERIES = 86_400.0, 200
#: What is left of a rate limit when it is short.
SHORT = 0.2
_SETTINGS = "the App's settings page on GitHub"


async def app(github: GitHubApp, enterprise_server: bool, submitting: bool = False) -> AsyncIterator[Line]:
    """Raises `GitHubError` when GitHub does not let us in: then there is nothing more to see. `submitting` as in
    `needs.permissions_lacking`."""
    answer = await github.request("GET", "/app")
    about = document(answer)
    yield ok("app", f"GitHub knows the App {visible(str(about.get('slug')))} and takes its key")
    theirs = server_time(answer)
    if theirs is not None:
        yield clock(github.clock() - theirs)
    granted, heard = about.get("permissions") or {}, tuple(about.get("events") or ())
    for line in rights(granted, heard, enterprise_server, submitting):
        yield line


def clock(ahead: float) -> Line:
    """`ahead`: seconds that this machine's clock is ahead of GitHub's."""
    if abs(ahead) <= SKEWED:
        return ok("clock", "the clock agrees with GitHub's")
    what = f"the clock is {abs(ahead):.0f} seconds {'ahead of' if ahead > 0 else 'behind'} GitHub's"
    level = fault if abs(ahead) > REFUSED else warning
    return level("clock", what, "Let NTP set it: GitHub refuses a sign-in from another time.")


def rights(
    permissions: Mapping[str, str], events: tuple[str, ...], enterprise_server: bool, submitting: bool = False
) -> Iterator[Line]:
    """What the App may and hears, against what it needs."""
    lacking = list(needs.permissions_lacking(permissions, submitting))
    if not lacking:
        yield ok("permissions", "the App has the permissions that it needs")
    for lack in lacking:
        yield _lack("permissions", f"the App lacks the permission {lack.what}", lack, f"Grant it on {_SETTINGS}.")
    if unused := [visible(name) for name in needs.permissions_unused(permissions, submitting)]:
        what = f"the App has more permissions than it needs: {some(unused)}"
        yield warning("permissions", what, f"Take them away on {_SETTINGS}.", unused)
    unheard = list(needs.events_lacking(events, enterprise_server))
    if not unheard:
        yield ok("events", "the App hears of all events that it needs")
    for lack in unheard:
        yield _lack("events", f"the App does not hear of {lack.what}", lack, f"Subscribe to it on {_SETTINGS}.")


def _lack(about: str, what: str, lack: needs.Lack, then: str) -> Line:
    if lack.without is None:
        return fault(about, f"{what}; nothing works without it", then, [lack.what])
    return warning(about, f"{what}; what does not work: {lack.without}", then, [lack.what])


async def installed(github: GitHubApp, submitting: bool = False) -> AsyncIterator[Line]:
    """Where it is installed, whether everything was accepted there, and what is left of the rate limits."""
    found = await installations(github)
    working = [one for one in found if not one.suspended]
    if working:
        names = [visible(one.account) for one in working]
        yield ok("installations", f"the App is installed in {some(names)}", names)
    else:
        yield fault("installations", "the App is installed nowhere", "Install it: its page on GitHub has a button.")
    if suspended := [visible(one.account) for one in found if one.suspended]:
        then = "An owner can end that in the organization's settings, under GitHub Apps."
        yield warning("installations", f"the installation is suspended in {some(suspended)}", then, suspended)
    for one in working:
        if lacking := [lack.what for lack in needs.permissions_lacking(one.permissions, submitting)]:
            what = f"{visible(one.account)} has not granted the App {some(lacking)}"
            yield warning("installations", what, "An owner accepts it in the organization's settings.", lacking)
        async for line in budget(github, one):
            yield line


async def budget(github: GitHubApp, one: Installed) -> AsyncIterator[Line]:
    """What is left of GitHub's limits in an installation. Asking costs nothing of them."""
    try:
        found = document(await listing_client(github, one.id).request("GET", "/rate_limit"))
    except GitHubError as error:
        if error.status != 404:  # GitHub Enterprise Server without limits
            yield fault("rate-limit", f"{visible(one.account)}: {error}", "See the lines about permissions.")
        return
    for name in ("core", "graphql"):
        row: Any = (found.get("resources") or {}).get(name) or {}
        limit, remaining = row.get("limit"), row.get("remaining")
        if not isinstance(limit, int) or not isinstance(remaining, int) or limit <= 0:
            continue
        what = f"{visible(one.account)}: {remaining} of {limit} requests of the hour are left ({name})"
        if remaining < limit * SHORT:
            yield warning("rate-limit", what, "Verdicts wait when they are used up; see who else works as this App.")
        else:
            yield ok("rate-limit", what)


async def webhook(github: GitHubApp) -> AsyncIterator[Line]:
    """How the webhook is configured, and how GitHub's last deliveries ended."""
    for line in configured(await hook(github)):
        yield line
    found = []
    async for attempt in attempts(github, github.clock() - BACK):
        found.append(attempt)
        if len(found) == DELIVERIES:
            break
    yield arrived(found)


def configured(found: Hook) -> Iterator[Line]:
    there = f"Set it on {_SETTINGS}."
    if not found.url:
        yield fault("webhook", "the App has no webhook address", f"{there} It ends in /webhook.")
        return
    url = urlsplit(found.url)
    host = url.netloc.rpartition("@")[2]
    yield ok("webhook", f"GitHub sends webhooks to {visible(f'{url.scheme}://{host}{url.path}')}")
    if url.scheme != "https":
        what = "webhooks travel unencrypted, with what they tell of private repositories"
        yield warning("webhook", what, f"Set an https:// address on {_SETTINGS}.")
    if not url.path.endswith("/webhook"):
        yield warning("webhook", "the webhook address does not end in /webhook", there)
    if not found.secret:
        yield fault("webhook", "the App has no webhook secret", f"{there} It is OSPO_GATE_WEBHOOK_SECRET here.")
    if found.insecure_ssl:
        yield warning("webhook", "GitHub does not verify the certificate of the webhook address", there)


def arrived(found: Iterable[Attempt]) -> Line:
    """What GitHub's last deliveries, the newest first, say."""
    done = [attempt for attempt in found if not attempt.pending]
    failed = [attempt for attempt in done if not attempt.ok]
    if not done:
        return warning(
            "deliveries", "GitHub has sent no webhook within a day", "Push to a pull request, and look again."
        )
    if done[0].ok:
        what = f"the last webhook arrived, and {len(done) - len(failed)} of {len(done)} within a day did"
        return ok("deliveries", what) if not failed else warning(
            "deliveries", what, "The service asks for what failed again by itself: docs/repair.md."
        )  # fmt: skip
    answer = f"we answered {done[0].code}" if done[0].code else visible(done[0].status)
    what = f"the last webhook did not arrive ({answer}), and {len(failed)} of {len(done)} within a day did not"
    return fault("deliveries", what, _CAUSES.get(done[0].code, _CAUSES[0] if done[0].code < 400 else _ELSE))


_ELSE = "Look for its id in the log of the service, or of what stands before it."
_CAUSES = {
    0: "See to it that GitHub can reach the webhook address: DNS, firewall, certificate, and that the service runs.",
    401: "The webhook secret on GitHub is another than OSPO_GATE_WEBHOOK_SECRET.",
    404: "What answers is not ospo-gate: the address ends in /webhook.",
    502: "What stands before the service does not reach it: see that it runs.",
    503: "The service could not store it: see the lines about the database.",
}
