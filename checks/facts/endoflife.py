"""endoflife.date, API v1: the release cycles of runtimes, frameworks, systems and base images.

Products are matched by the purls that they name themselves (`identifiers`), and by the table below for images that
they do not name.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.advisories.ecosystems import identity
from checks.facts.exchange import Answer, Request, UnreadableAnswer, object_of, said
from checks.facts.fields import day, flag, mapping, mappings, text, texts
from checks.facts.names import GO_TOOLCHAIN
from checks.facts.questions import answerable
from checks.model import purl as purls
from checks.model.facts import Questions, Want
from checks.model.packages import Cycle, Known, PackageFacts

SOURCE = "endoflife.date"
#: Official images and the toolchain of go.mod whose product names no such purl, by our purl. Names and aliases of
#: endoflife.date's products in 2026; where a product names the purl itself, that counts.
_PRODUCTS = {
    GO_TOOLCHAIN: "go",
    "pkg:docker/almalinux": "almalinux",
    "pkg:docker/alpine": "alpine-linux",
    "pkg:docker/amazoncorretto": "amazon-corretto",
    "pkg:docker/amazonlinux": "amazon-linux",
    "pkg:docker/centos": "centos",
    "pkg:docker/debian": "debian",
    "pkg:docker/dotnet": "dotnet",
    "pkg:docker/eclipse-temurin": "eclipse-temurin",
    "pkg:docker/fedora": "fedora",
    "pkg:docker/golang": "go",
    "pkg:docker/httpd": "apache-http-server",
    "pkg:docker/mariadb": "mariadb",
    "pkg:docker/mongo": "mongodb",
    "pkg:docker/mysql": "mysql",
    "pkg:docker/nginx": "nginx",
    "pkg:docker/node": "nodejs",
    "pkg:docker/opensuse/leap": "opensuse",
    "pkg:docker/oraclelinux": "oracle-linux",
    "pkg:docker/php": "php",
    "pkg:docker/postgres": "postgresql",
    "pkg:docker/python": "python",
    "pkg:docker/redis": "redis",
    "pkg:docker/rockylinux": "rocky-linux",
    "pkg:docker/rockylinux/rockylinux": "rocky-linux",
    "pkg:docker/ruby": "ruby",
    "pkg:docker/tomcat": "tomcat",
    "pkg:docker/ubuntu": "ubuntu",
}
#: Images of .NET are only ever at their vendor's registry: `host/dotnet/sdk`.
_DOTNET = frozenset({"aspnet", "runtime", "runtime-deps", "sdk"})


def answers(purl_type: str) -> Want:
    """Any type: products name purls of many."""
    return Want.LIFECYCLE


def requests(questions: Questions) -> Iterator[Request]:
    """One request, whatever is asked: all products with their cycles (about 5 MB in 2026)."""
    if asked := answerable(questions, answers):
        yield Request("products/full", tuple(asked), Want.LIFECYCLE, limit_bytes=50_000_000)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """The cycles of each package; none for what is no product, which is an answer, too."""
    products = object_of(document).get("result")
    if not isinstance(products, list):
        raise UnreadableAnswer("it has no list of products")
    by_name: dict[str, Mapping[str, object]] = {}
    by_purl: dict[str, Mapping[str, object]] = {}
    for product in mappings(products):
        for name in (*texts(product.get("name")), *texts(product.get("aliases"))):
            by_name.setdefault(name, product)
        for identifier in mappings(product.get("identifiers")):
            if text(identifier.get("type")) == "purl" and (purl := _normal(text(identifier.get("id")) or "")):
                by_purl.setdefault(purl, product)
    cycles: dict[int, tuple[Cycle, ...]] = {}
    packages: dict[str, PackageFacts] = {}
    for purl, _ in request.keys:
        own = _own(purl)
        product = by_purl.get(own) or by_name.get(_PRODUCTS.get(own) or _runtime(own), {})
        if id(product) not in cycles:
            cycles[id(product)] = tuple(_cycles(product))
        packages[purl] = PackageFacts(cycles=Known(cycles[id(product)], SOURCE, as_of))
    return said(SOURCE, as_of, packages=packages)


def _runtime(purl: str) -> str:
    """The name of a runtime that only version managers know: they and endoflife.date name most of them alike."""
    name = purl.removeprefix("pkg:generic/")
    return "" if "/" in name else name  # every other type has a slash of its own


def _cycles(product: Mapping[str, object]) -> Iterator[Cycle]:
    for release in mappings(product.get("releases")):
        if name := text(release.get("name")):
            yield Cycle(
                name=name,
                released=day(release.get("releaseDate")),
                end_of_life=day(release.get("eolFrom")),
                ended=flag(release.get("isEol")),
                end_of_active_support=day(release.get("eoasFrom")),
                latest=text(mapping(release.get("latest")).get("name")),
                long_term=release.get("isLts") is True,
                codename=text(release.get("codename")),
            )


def _normal(purl: str) -> str:
    """A purl as we write them; empty if it is none."""
    try:
        type_, namespace, name, _ = purls.parse(purl)
    except ValueError:
        return ""
    return identity(purls.package(type_, name, "" if (type_, namespace) == ("docker", "library") else namespace))


def _own(purl: str) -> str:
    """An official image is the same from a mirror that keeps Docker's paths (`registry.example/library/python`)."""
    if purls.type_of(purl) != "docker":
        return identity(purl)
    folder, _, name = purl.removeprefix("pkg:docker/").rpartition("/")
    if folder.endswith("/dotnet") and name in _DOTNET:
        return "pkg:docker/dotnet"
    return f"pkg:docker/{name}" if folder.endswith("/library") else purl
