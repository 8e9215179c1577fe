"""`ospo-gate setup`: the App by hand, the ruleset that requires its check, and what requires it when it shall go."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from app.cli.db import not_installed
from app.cli.output import say
from app.settings import app_configured, fact_settings, service_settings, setup_settings
from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible
from checks.render.checkrun import VERDICT

if TYPE_CHECKING:
    from app.github.client import GitHubApp
    from app.github.manifest import Place, Wish
    from app.github.rulesets import Leaving

T = TypeVar("T")


def run(options: argparse.Namespace) -> int:
    try:
        if options.leaving:
            return _leave()
        if options.ruleset:
            return _ruleset(options.ruleset)
        _print(_left_to_do() if app_configured() else _by_hand(options))
        return 0
    except ModuleNotFoundError as error:
        raise not_installed(error) from None


def _print(lines: Iterable[str]) -> None:
    say("".join(f"{line}\n" for line in lines))


def _by_hand(options: argparse.Namespace) -> Iterator[str]:
    """What to enter, and then to set."""
    wish = _wish(options)
    yield "1. Open this page in any browser: its form is filled in by its address."
    yield f"\n{wish.prefilled()}\n"
    yield from _to_compare(wish)
    yield "\n2. As “Webhook secret” enter what this prints, and keep it:"
    yield "\n   openssl rand -hex 32 | tee webhook-secret\n"
    yield "3. After “Create GitHub App”: “Generate a private key”, and “Generate a new client secret”."
    yield "\n4. Start the service with:\n"
    yield "   OSPO_GATE_APP_ID=…                      # “App ID” on that page"
    yield "   OSPO_GATE_PRIVATE_KEY_FILE=…            # the .pem file that was downloaded, mode 0600"
    yield "   OSPO_GATE_WEBHOOK_SECRET_FILE=webhook-secret"
    yield "   OSPO_GATE_CLIENT_ID=…                   # “Client ID”"
    yield "   OSPO_GATE_CLIENT_SECRET_FILE=…"
    yield f"   OSPO_GATE_PUBLIC_URL={wish.public_url}"
    yield f"   OSPO_GATE_GITHUB_URL={wish.place.web}"
    yield f"   OSPO_GATE_GITHUB_API_URL={wish.place.api}"
    yield "\n5. With these settings: `ospo-gate setup` says what is next, `ospo-gate doctor` whether all is well."


def _to_compare(wish: "Wish") -> Iterator[str]:
    from app.github.manifest import of_organizations, title

    yield "   These are the values, to compare or to enter (GitHub Apps → New GitHub App):\n"
    yield f"   {'GitHub App name':<24} {wish.name}"
    yield f"   {'Homepage URL':<24} {wish.public_url}"
    yield f"   {'Callback URL':<24} {wish.callback}"
    yield f"   {'Webhook URL':<24} {wish.hook}"
    for name, level in wish.permissions.items():
        if name != "metadata":  # GitHub selects it by itself
            kind = "Organization" if of_organizations(name) else "Repository"
            access = "Read and write" if level == "write" else "Read-only"
            yield f"   {kind + ' permission':<24} {title(name)}: {access}"
    yield f"   {'Events':<24} {', '.join(wish.events)}"
    yield f"   {'Installed':<24} Only on this account"


def _wish(options: argparse.Namespace) -> "Wish":
    from app.address import Address
    from app.github.manifest import Place, Wish, app_name, login
    from app.github.manifest import options as known

    settings, _ = setup_settings()
    url = options.url or settings.public_url
    if not url:
        raise UsageError("no address of the service", hint="Give it: --url https://gate.example.com")
    place = _value("--github", Place.of, options.github) if options.github else Place(
        Address.parse(settings.github_url), Address.parse(settings.github_api_url))  # fmt: skip
    names = {option.name: option.preset for option in known(place)}
    for name in (*options.options, *options.without):
        if name not in names:
            raise UsageError(f"no permission that may be chosen: {name}", hint=f"There are: {', '.join(names)}.")
    chosen = {name for name, preset in names.items() if preset or name in options.options} - set(options.without)
    organization = _value("--organization", login, options.organization) if options.organization else None
    name = _value("--name", app_name, options.name)
    return Wish(place, organization, name, _value("--url", Address.parse, url), frozenset(chosen))


def _value(name: str, parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None


def _left_to_do() -> Iterator[str]:
    about, place = _asked(_about)
    owner = about.get("owner") or {}
    account, slug = visible(str(owner.get("login"))), str(about.get("slug"))
    organization = account if owner.get("type") == "Organization" else None
    yield f"The GitHub App {visible(str(about.get('name')))} (number {about.get('id')}) is set up.\n"
    yield f"1. Install it, if it is not: {place.installation(slug)}"
    if organization:
        yield f"2. For one policy for all repositories make {organization}/policy with a policy.yaml (`ospo-gate policy"
        yield f"   init` writes a first one), and set OSPO_GATE_POLICY={organization}/policy@main."
        yield "3. Require the check: `ospo-gate setup --ruleset evaluate > ruleset.json`, and import it on"
        yield f"   {place.rulesets(organization)}"
    else:
        yield "2. Write each repository's policy.yaml: `ospo-gate policy init`."
        yield "3. Require the check: `ospo-gate setup --ruleset disabled > ruleset.json`, and import it in each"
        yield "   repository: Settings → Rules → Rulesets → Import a ruleset."
    yield "4. Is all well? `ospo-gate doctor`. Before the App is removed: `ospo-gate setup --leaving`."


async def _about(app: "GitHubApp") -> "dict[str, Any]":
    return dict(await app.about())


def _ruleset(enforcement: str) -> int:
    from app.github.rulesets import Enforcement, ruleset

    about, _ = _asked(_about)
    organization = (about.get("owner") or {}).get("type") == "Organization"
    settings = service_settings()
    _print([json.dumps(ruleset(settings.app_id, VERDICT, Enforcement(enforcement), organization), indent=2)])
    return 0


def _leave() -> int:
    from app.github.rulesets import leaving

    async def look(app: "GitHubApp") -> "Leaving":
        return await leaving(app, VERDICT)

    found, _ = _asked(look)
    _print(_leaving(found))
    return 1 if found.requirements or found.unread else 0


def _leaving(found: "Leaving") -> Iterator[str]:
    for one in found.requirements:
        state = "" if one.enforcement == "active" else f", {one.enforcement}"
        yield f"{visible(one.source)}: {one.kind} “{visible(one.name)}”{visible(state)}"
        if one.address:
            yield f"  {visible(one.address)}"
    for reason in found.unread:
        yield f"could not be read: {visible(reason)}"
    looked = f"{found.repositories:,} {'repository' if found.repositories == 1 else 'repositories'} looked at"
    if found.requirements:
        yield f"\nTake the check `{VERDICT}` out of these before the App goes: GitHub would wait for ever ({looked})."
    elif not found.unread:
        yield f"Nothing requires the check `{VERDICT}` ({looked}): the App can be removed."
    else:
        yield f"\nNothing else requires the check `{VERDICT}` ({looked})."


def _asked(story: "Callable[[GitHubApp], Awaitable[T]]") -> "tuple[T, Place]":
    """What GitHub answers the App of the settings. Raises `UsageError` where there is none, `SourceError` where GitHub
    does not answer."""
    from app.address import Address
    from app.github.client import AppKey, GitHubApp, Limits, Reach
    from app.github.errors import GitHubError
    from app.github.manifest import Place

    settings = service_settings()
    reach = Reach(fact_settings().variables, settings.github_ca_file, settings.github_proxy)
    key = AppKey(settings.private_key, settings.private_key_file)
    limits = Limits(settings.github_processes, settings.github_requests, settings.paced)

    async def tell() -> T:
        app = GitHubApp(
            settings.app_id,
            key,
            settings.github_api_url,
            reach=reach,
            limits=limits,
            version=settings.github_api_version,
        )
        try:
            return await story(app)
        finally:
            await app.close()

    try:
        return asyncio.run(tell()), Place(Address.parse(settings.github_url), Address.parse(settings.github_api_url))
    except GitHubError as error:
        raise SourceError(f"GitHub: {error}") from None
