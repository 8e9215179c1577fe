"""The settings of the fact sources on the network, for the command and the service alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from app.address import Address, usable_proxy
from checks.policy.shape import KeyFault, key
from checks.policy.values import PackagePattern, Word


class SourceId(StrEnum):
    """The sources by the name that settings have for them."""

    DEPSDEV = "depsdev"
    OSV = "osv"
    ENDOFLIFE = "endoflife"
    SCORECARD = "scorecard"
    KEV = "kev"
    EPSS = "epss"
    ECOSYSTEMS = "ecosystems"
    CLEARLYDEFINED = "clearlydefined"
    GITHUB = "github"
    REGISTRIES = "registries"


class RegistryPlace(Word):
    """`pypi=https://registry.example/simple`, or `npm:@example=https://registry.example` for one scope."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        found = cls(text)
        if not text.partition("=")[1] or not found.type:
            raise ValueError("is not a package type and an address, such as 'pypi=https://registry.example/simple'")
        return cls(f"{text.partition('=')[0]}={found.address}")

    @property
    def type(self) -> str:
        """The type of its packages, as in a package URL."""
        return self.partition("=")[0].partition(":")[0].lower()

    @property
    def scope(self) -> str | None:
        """The npm scope that it serves, with its `@`; None: all packages of the type."""
        return self.partition("=")[0].partition(":")[2] or None

    @property
    def address(self) -> Address:
        return Address.parse(self.partition("=")[2])


class RegistryLogin(Word):
    """`registry.example=TOKEN`, or `registry.example=USER:PASSWORD`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        host, _, secret = text.partition("=")
        if not host or not secret or "/" in host or not (text.isascii() and text.isprintable()):
            # Never with what was given: it may be a secret.
            raise ValueError("is not a host and its token, such as 'registry.example=TOKEN'")
        return cls(text)

    @property
    def host(self) -> str:
        return self.partition("=")[0].lower()

    @property
    def secret(self) -> str:
        return self.partition("=")[2]


class SourceProxy(Word):
    """`osv=http://proxy.example:3128`, or `osv=direct`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        found = cls(text)
        if found.source not in tuple(SourceId):
            raise ValueError(f"does not begin with a source ({', '.join(SourceId)})")
        if not (found.proxy is None or usable_proxy(found.proxy)):
            raise ValueError("does not give 'direct' or the address of a proxy such as 'osv=http://proxy.example:3128'")
        return found

    @property
    def source(self) -> str:
        return self.partition("=")[0]

    @property
    def proxy(self) -> str | None:
        """None: directly."""
        proxy = self.partition("=")[2]
        return None if proxy == "direct" else proxy


_SECONDS = {"connect_seconds": (1, 60), "read_seconds": (1, 120), "source_seconds": (1, 600), "total_seconds": (1, 900)}


@dataclass(frozen=True, slots=True)
class FactSettings:
    """The sources of facts; each setting is an environment variable `OSPO_GATE_FACTS_<NAME>`, lists are separated by
    spaces. See docs/facts.md."""

    disabled: tuple[SourceId, ...] = key(
        "Sources that are not asked: " + ", ".join(f"`{name}`" for name in SourceId) + ".", default=()
    )
    second_opinions: bool = key(
        "Whether ClearlyDefined and ecosyste.ms are asked for the license also where it is known.", default=False
    )
    private: tuple[PackagePattern, ...] = key(
        "Packages whose names leave for no public source, such as `pkg:npm/@example/*`.", default=()
    )
    public_registries: tuple[str, ...] = key(
        "Hosts in lock files that serve public packages, such as a mirror. What comes from any other host is private.",
        default=(),
    )
    registries: tuple[RegistryPlace, ...] = key(
        "Registries by package type, such as `pypi=https://registry.example/simple npm:@example=https://…`.", default=()
    )
    registry_logins: tuple[RegistryLogin, ...] = key(
        "What registries let us in with: `host=TOKEN` or `host=USER:PASSWORD`. It goes to that host only.",
        default=(),
        repr=False,
    )
    registry_status: bool = key(
        "Whether registries are asked about every package, with one request each: only they know all that was yanked.",
        default=False,
    )
    package_managers: bool = key(
        "Whether registries and logins are read from the user's configuration of npm, pip, Go, Cargo and NuGet, too.",
        default=True,
    )
    proxies: tuple[SourceProxy, ...] = key(
        "Proxies of single sources, such as `osv=http://proxy.example:3128` or `osv=direct`. Otherwise HTTPS_PROXY and "
        "NO_PROXY count.",
        default=(),
        repr=False,
    )
    ca_file: str | None = key(
        "PEM file of certificate authorities to trust besides those of the system. SSL_CERT_FILE replaces those.",
        default=None,
    )
    contact: str | None = key(
        "Address by which the operators of a source can reach you; it is sent with every request.", default=None
    )
    connect_seconds: int = key("Seconds to wait for a connection.", default=5)
    read_seconds: int = key("Seconds to wait for the next bytes of an answer.", default=15)
    source_seconds: int = key("Seconds for all that a lookup asks of one source.", default=30)
    total_seconds: int = key("Seconds for a whole lookup; what is open then is said to be open.", default=60)
    concurrency: int = key("Requests to one host at the same time.", default=8)
    depsdev_url: Address = key("Address of deps.dev.", default=Address("https://api.deps.dev"))
    osv_url: Address = key("Address of OSV.", default=Address("https://api.osv.dev"))
    endoflife_url: Address = key("Address of endoflife.date's API.", default=Address("https://endoflife.date/api/v1"))
    scorecard_url: Address = key("Address of OpenSSF Scorecard.", default=Address("https://api.scorecard.dev"))
    kev_url: Address = key(
        "Address of CISA's catalog of known exploited vulnerabilities, or of a copy.",
        default=Address("https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"),
    )
    epss_url: Address = key("Address of FIRST's API, for EPSS.", default=Address("https://api.first.org"))
    ecosystems_url: Address = key(
        "Address of ecosyste.ms' packages API.", default=Address("https://packages.ecosyste.ms/api/v1")
    )
    clearlydefined_url: Address = key("Address of ClearlyDefined.", default=Address("https://api.clearlydefined.io"))

    github_url: Address = key(
        "Address of GitHub's REST API, for its advisories where OSV cannot answer. GITHUB_TOKEN goes there if it is "
        "the workflow's own GITHUB_API_URL.",
        default=Address("https://api.github.com"),
    )

    def faults(self) -> Iterator[KeyFault]:
        """What would let a lookup begin and not work."""
        for name, (least, most) in (_SECONDS | {"concurrency": (1, 64)}).items():
            if not least <= getattr(self, name) <= most:
                yield KeyFault(name, f"must be {least} to {most}")
        if self.contact and not (self.contact.isascii() and self.contact.isprintable() and "(" not in self.contact):
            yield KeyFault("contact", "must be plain ASCII without parentheses, because it is sent as a header")


@dataclass(frozen=True, slots=True)
class FactEnvironment:
    """The settings, and where package managers and TLS libraries look for theirs."""

    settings: FactSettings
    home: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """All of the environment: configuration of package managers may name any variable."""
