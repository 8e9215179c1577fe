"""Builds the online sources from the settings."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from app.address import Address
from app.fact_settings import FactEnvironment, SourceId
from app.facts.cached import CachedSource
from app.facts.cached_cves import CachedVulnerabilities
from app.facts.lookup import Private
from app.facts.online.advisories import AdvisorySource
from app.facts.online.ask import Asker
from app.facts.online.client import Client, Endpoint, Limits
from app.facts.online.configured.registry import Configured, Registry, basic, registry
from app.facts.online.configured.user import configured
from app.facts.online.exploitation import ExploitedSource, LikelihoodSource
from app.facts.online.online import Limited, OnlineFacts, Sources
from app.facts.online.privacy import Privacy, known_public
from app.facts.online.proxies import Proxies
from app.facts.online.registries import FORMATS, AskedRegistry, Registries, registry_source
from app.facts.online.responses import ResponseCache
from app.facts.online.source import OnlineSource
from app.facts.online.timing import Timing
from app.network import trusted
from app.ports import FactCache, OneSource, PackageSource
from app.version import VERSION
from checks.facts import clearlydefined, depsdev, ecosystems, endoflife, github, osv, osv_packages, scorecard
from checks.facts.exchange import Source
from checks.model.errors import UsageError
from checks.model.facts import Want


@dataclass(frozen=True, slots=True)
class Online:
    """The online sources as a `FactChain` takes them."""

    packages: PackageSource
    private: Private


@asynccontextmanager
async def online_sources(
    environment: FactEnvironment,
    cache: FactCache,
    *,
    checkout: Path | None = None,
    grace: timedelta = timedelta(),
    timing: Timing | None = None,
    whole_packages: bool = False,
    client: Client | None = None,
) -> AsyncIterator[Online]:
    """The sources that the settings leave on, over one client, within the running event loop.

    `checkout`: nothing below it is read as configuration. `grace` as in `CachedSource`. `whole_packages`: every version
    is given the advisories of all of its package. `client`: who asks, instead of a new one. Raises `UsageError` for
    settings that cannot work.
    """
    settings = environment.settings
    client = client or new_client(environment, timing)
    built = _Builder(environment, client, cache, grace, osv_packages if whole_packages else osv)
    found = _configured(environment, checkout)
    privacy = Privacy((*settings.private, *found.private), frozenset(map(str.lower, settings.public_registries)))
    facts = OnlineFacts(built.sources(found), privacy.named, settings.total_seconds, client.timing)
    try:
        yield Online(facts, privacy.of_plan)
    finally:
        await facts.close()
        await built.close()
        await client.close()


def new_client(
    environment: FactEnvironment, timing: Timing | None = None, responses: ResponseCache | None = None
) -> Client:
    """A client as the settings want it. Raises `UsageError`."""
    settings = environment.settings
    return Client(
        f"ospo-gate/{VERSION}" + (f" ({settings.contact})" if settings.contact else ""),
        trusted(environment.variables, environment.settings.ca_file, "OSPO_GATE_FACTS_CA_FILE"),
        Limits(settings.connect_seconds, settings.read_seconds, settings.concurrency),
        timing,
        responses,
    )


class _Builder:
    """Makes sources that share a client and a cache."""

    def __init__(
        self, environment: FactEnvironment, client: Client, cache: FactCache, grace: timedelta, advisories: Source
    ) -> None:
        self.environment = environment
        self.settings = environment.settings
        self.proxies = Proxies(self.settings.proxies, environment.variables)
        self.client = client
        self.cache = cache
        self.grace = grace
        self.advisories = advisories
        self.cached: list[CachedSource | CachedVulnerabilities] = []

    def sources(self, found: Configured) -> Sources:
        settings = self.settings
        second = self._source(SourceId.ECOSYSTEMS, settings.ecosystems_url, ecosystems)
        licenses = [
            *(Limited(source, Want.LICENSE) for source in second),
            *self._source(SourceId.CLEARLYDEFINED, settings.clearlydefined_url, clearlydefined),
        ]
        first = [
            *self._source(SourceId.DEPSDEV, settings.depsdev_url, depsdev),
            *self._advisories(),
            *self._source(SourceId.SCORECARD, settings.scorecard_url, scorecard),
            # What it alone knows: maintainers, dependents, archived repositories.
            *(Limited(source, Want.HEALTH) for source in second),
        ]
        places = self._registries(found)
        own = [place for place in places if not _is_public(place.registry)]
        return Sources(
            anonymous=self._source(SourceId.ENDOFLIFE, settings.endoflife_url, endoflife, whole=True),
            stages=(first, [*licenses, *self._github()]),
            registries=Registries(places) if places else None,
            registry_status=settings.registry_status,
            own=Registries(own) if own else None,
            opinions=licenses if settings.second_opinions else (),
            vulnerabilities=self._vulnerabilities(),
        )

    async def close(self) -> None:
        for source in self.cached:
            await source.close()

    def _source(self, id_: SourceId, address: Address, parser: Source, whole: bool = False) -> list[OneSource]:
        """The source, unless it is turned off."""
        if id_ in self.settings.disabled:
            return []
        return [self._cached(OnlineSource(parser, self._asker(id_, address, whole)))]

    def _advisories(self) -> list[OneSource]:
        if SourceId.OSV in self.settings.disabled:
            return []
        asker = self._asker(SourceId.OSV, self.settings.osv_url)
        return [self._cached(AdvisorySource(asker, self.cache, self.advisories))]

    def _github(self) -> list[OneSource]:
        if SourceId.GITHUB in self.settings.disabled:
            return []
        asker = self._asker(SourceId.GITHUB, self.settings.github_url, authorization=_github_token(self.environment))
        return [self._cached(OnlineSource(github, asker))]

    def _vulnerabilities(self) -> list[CachedVulnerabilities]:
        found = []
        if SourceId.KEV not in self.settings.disabled:
            catalog = ExploitedSource(self._asker(SourceId.KEV, self.settings.kev_url, whole=True))
            found.append(CachedVulnerabilities(catalog, "exploited", self.cache, self.client.timing.now))
        if SourceId.EPSS not in self.settings.disabled:
            scores = LikelihoodSource(self._asker(SourceId.EPSS, self.settings.epss_url))
            found.append(CachedVulnerabilities(scores, "likelihood", self.cache, self.client.timing.now))
        self.cached.extend(found)
        return found

    def _registries(self, found: Configured) -> list[AskedRegistry]:
        if SourceId.REGISTRIES in self.settings.disabled:
            return []
        return [
            AskedRegistry(item, self._registry(item)) for item in dict.fromkeys((*self._given(), *found.registries))
        ]

    def _given(self) -> Iterator[Registry]:
        """The registries of the settings."""
        logins = {login.host: login.secret for login in self.settings.registry_logins}
        for place in self.settings.registries:
            if place.type not in FORMATS:
                known = ", ".join(sorted(FORMATS))
                raise UsageError(f"OSPO_GATE_FACTS_REGISTRIES: '{place.type}' is not one of {known}")
            secret = logins.get(place.address.host)
            yield from registry(place.type, place.address, place.scope, _authorization(place.type, secret))

    def _registry(self, item: Registry) -> OneSource:
        asker = self._asker(SourceId.REGISTRIES, item.address, authorization=item.authorization)
        return self._cached(registry_source(item, asker), kept_as=f"registry {item.address}")

    def _asker(self, id_: SourceId, address: Address, whole: bool = False, authorization: str | None = None) -> Asker:
        endpoint = Endpoint(address, authorization, self.proxies.to(id_, address))
        return Asker(self.client, endpoint, self.settings.source_seconds, whole)

    def _cached(self, source: OneSource, kept_as: str | None = None) -> OneSource:
        cached = CachedSource(source, self.cache, self.client.timing.now, self.grace, kept_as)
        self.cached.append(cached)
        return cached


def _configured(environment: FactEnvironment, checkout: Path | None) -> Configured:
    if not environment.settings.package_managers:
        return Configured()
    return configured(environment.home, environment.variables, checkout)


def _is_public(item: Registry) -> bool:
    """Whether it is the world's registry: it is not told about private packages, though the user configured it."""
    type_, _ = FORMATS[item.format]
    return known_public(type_, item.address.host, urlsplit(item.address).path)


def _authorization(format_: str, secret: str | None) -> str | None:
    if secret is None:
        return None
    user, colon, password = secret.partition(":")
    if colon:
        return basic(user, password)
    return secret if format_.startswith("cargo") else f"Bearer {secret}"  # Cargo's protocol has no scheme


def _github_token(environment: FactEnvironment) -> str | None:
    """The token of the workflow, for the very GitHub that it is of."""
    own = environment.variables.get("GITHUB_API_URL") or "https://api.github.com"
    token = environment.variables.get("GITHUB_TOKEN", "").strip()
    if not (token.isascii() and token.isprintable()):
        return None
    try:
        its = Address.parse(own).origin == environment.settings.github_url.origin
    except ValueError:
        return None
    return f"Bearer {token}" if token and its else None
