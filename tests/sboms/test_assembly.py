"""What a document says of the packages of several manifests, before it has a format."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest

from checks.manifests import read, recognize
from checks.model.dependency import Inventory, Location, Origin, Problem, Scope
from checks.model.facts import PackageKey
from checks.sboms.addresses import address, supplier
from checks.sboms.assembly import MAX_UNREAD, Licensed, assemble
from checks.sboms.checksums import checksum
from checks.sboms.content import Content, Subject
from checks.sboms.describe import read as read_description
from checks.sboms.lines import identity
from checks.sboms.to_cyclonedx import cyclonedx_json
from checks.sboms.to_spdx import spdx, spdx_json
from checks.sboms.to_spdx3 import spdx3_json
from checks.sboms.wording import worded
from tests.sboms.written import ABOUT, ALL, content, package


def test_one_component_for_all_places() -> None:
    one = package("pkg:npm/a", scope=Scope.DEVELOPMENT, direct=False, line=3)
    two = package("pkg:npm/a", scope=Scope.RUNTIME, direct=True, license="MIT", line=9)
    other = package("pkg:npm/a", "2.0.0", line=12)
    found = assemble([Inventory("a.lock", "uv-lock", (one,)), Inventory("b.lock", "uv-lock", (two, other))], ABOUT)
    assert [component.ref for component in found.components] == ["pkg:npm/a@1.0.0", "pkg:npm/a@2.0.0"]
    first = found.components[0]
    assert (first.scope, first.direct, first.declared) == (Scope.RUNTIME, True, "MIT")
    assert [place.line for place in first.places] == [3, 9]
    assert found.subject.requires == (0,)


def test_the_same_version_from_elsewhere_is_another_component() -> None:
    git = package("pkg:npm/a", origin=Origin.GIT, source="https://git.example/a#c0ffee")
    found = content(package("pkg:npm/a"), git)
    assert [component.purl for component in found.components] == [
        "pkg:npm/a@1.0.0",
        "pkg:npm/a@1.0.0?vcs_url=git%2Bhttps://git.example/a%40c0ffee",
    ]


def test_a_registry_is_not_where_one_package_lies() -> None:
    index = package("pkg:pypi/left-pad", source="https://registry.example/simple")
    archive = package("pkg:npm/left-pad", source="https://registry.example/left-pad/-/left-pad-1.0.0.tgz")
    assert [item.source for item in content(index, archive).components] == [archive.source, None]


def test_what_is_left_out_is_required_by_nobody() -> None:
    about = ABOUT._replace(scope="shipped")
    tool = package("pkg:npm/tool", scope=Scope.DEVELOPMENT, direct=True)
    found = content(package("pkg:npm/a", scope=Scope.RUNTIME, direct=True), tool, edges=[[1], []], about=about)
    assert [component.name for component in found.components] == ["a"]
    assert found.components[0].requires == ()
    assert found.subject.requires == (0,)


def test_a_component_requires_what_any_of_its_manifests_says() -> None:
    a, b, c = (package(f"pkg:npm/{name}") for name in "abc")
    one, other = Inventory("1", "uv-lock", (a, b), ((1,), ())), Inventory("2", "uv-lock", (a, c), ((1,), ()))
    assert assemble([one, other], ABOUT).components[0].requires == (1, 2)


def test_without_a_graph_nothing_is_known() -> None:
    assert content(package("pkg:npm/a")).components[0].requires is None
    assert content(package("pkg:npm/a"), edges=[[0]]).components[0].requires == ()


def test_complete_is_only_what_says_all_and_could_be_read() -> None:
    told = package("pkg:npm/a", direct=True)
    problem = Problem("entry", "an entry cannot be read", Location("uv.lock", 4))
    assert content(told).subject.complete
    assert not content(told, package("pkg:npm/b", direct=None)).subject.complete
    found = assemble([Inventory("uv.lock", "uv-lock", (told,), problems=(problem,))], ABOUT._replace(folder="web/"))
    assert not found.subject.complete
    assert found.unread == ("web/uv.lock:4: an entry cannot be read",)


def test_many_problems_do_not_hide_how_many_there_are() -> None:
    problems = tuple(Problem("entry", f"entry {n}", Location("uv.lock", n)) for n in range(1, MAX_UNREAD + 7))
    found = assemble([Inventory("uv.lock", "uv-lock", (), problems=problems)], ABOUT)
    assert len(found.unread) == MAX_UNREAD + 1
    assert found.unread[-1] == "6 more entries could not be read."


def test_what_is_known_besides_the_manifest() -> None:
    inventory = Inventory("uv.lock", "uv-lock", (package("pkg:npm/a", license="BSD"),))
    known: dict[PackageKey, Licensed] = {("pkg:npm/a", "1.0.0"): Licensed("BSD-2-Clause", "MIT")}
    component = assemble([inventory], ABOUT, known).components[0]
    assert (component.declared, component.concluded) == ("BSD-2-Clause", "MIT")


@pytest.mark.parametrize("write", [spdx_json, spdx3_json])
def test_spdx_needs_a_time(write: Callable[[Content], str]) -> None:
    with pytest.raises(ValueError, match="time of creation"):
        write(content(about=ABOUT._replace(created=None)))


@pytest.mark.parametrize("name", ALL)
def test_every_format_says_when_it_was_made(name: str) -> None:
    """The generation context of CISA; SPDX 2 has no member for it but a comment."""
    assert read_description(ALL[name](content(package("pkg:npm/a")))).described.lifecycles in (
        ("pre-build",),
        ("source",),
    )


def test_spdx_says_what_is_not_known() -> None:
    """That nothing is required (NONE) is another thing than that nobody tells (NOASSERTION)."""
    told = content(package("pkg:npm/a", direct=True), package("pkg:npm/b", direct=None), edges=[[], []])
    silent = content(package("pkg:npm/a", direct=True))
    a, b = "SPDXRef-Package-npm-a-1.0.0", "SPDXRef-Package-npm-b-1.0.0"
    assert set(spdx(told).relations) == {
        ("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Described-1"),
        ("SPDXRef-Described-1", "DEPENDS_ON", a),
        ("SPDXRef-Described-1", "DEPENDS_ON", "NOASSERTION"),
        ("SPDXRef-Described-1", "CONTAINS", b),
        (a, "DEPENDS_ON", "NONE"),
        (b, "DEPENDS_ON", "NONE"),
    }
    assert set(spdx(silent).relations) == {
        ("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Described-1"),
        ("SPDXRef-Described-1", "DEPENDS_ON", a),
        (a, "DEPENDS_ON", "NOASSERTION"),
    }
    graph = json.loads(spdx3_json(told))["@graph"]
    relations = [item for item in graph if item["type"] == "Relationship"]
    assert [item.get("completeness") for item in relations] == ["incomplete", None, "complete", "complete"]


def test_cyclonedx_says_what_is_not_known() -> None:
    found = content(package("pkg:npm/a", direct=True), package("pkg:npm/b", direct=None))
    document = json.loads(cyclonedx_json(found, "1.6"))
    assert document["compositions"] == [
        {"aggregate": "incomplete", "dependencies": ["acme/web@v1.2.0"]},
        {"aggregate": "unknown", "dependencies": ["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]},
    ]
    assert [row["ref"] for row in document["dependencies"]] == ["acme/web@v1.2.0"]


def test_no_name_breaks_out_of_its_line() -> None:
    """Tag-value has one statement a line: a name with an end of line would write another one."""
    hostile = "a\nPackageName: forged\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-x\n<text>"
    found = content(package("pkg:npm/a", license=hostile), about=ABOUT._replace(authors=("</text>",)))
    lines = ALL["bom.spdx"](found).splitlines()
    assert sum(line.startswith("PackageName:") for line in lines) == 2
    assert not any("</text>" in line and "<text>" not in line for line in lines)


def test_ids_of_spdx_are_never_twice_the_same() -> None:
    names = ["a.b", "a-b", "a+b", "a%2Bb", "a-b-n2", "a~b"]
    found = spdx(content(*(package(f"pkg:npm/{name}") for name in names)))
    ids = [row["SPDXID"] for row in found.packages]
    assert len(set(ids)) == len(ids)


def test_the_serial_number_is_a_uuid_of_the_content() -> None:
    one, other = (cyclonedx_json(content(package("pkg:npm/a", version)), "1.6") for version in ("1", "2"))
    serials = [json.loads(text)["serialNumber"].removeprefix("urn:uuid:") for text in (one, other)]
    assert serials[0] != serials[1]
    assert [(UUID(serial).version, str(UUID(serial))) for serial in serials] == [(5, serial) for serial in serials]
    assert identity(["a", "b"]) == "bc81b985-4b2a-5900-b1d2-de26c91bcec1", "as uuid.uuid5 makes it, which costs 6 ms"


def test_several_repositories_keep_their_roots() -> None:
    """What a product consists of stands inside it, each part with what it asks for itself."""
    one = content(package("pkg:npm/a", direct=True), package("pkg:npm/b", direct=True))
    web, api = Subject("acme/web", requires=(0,), complete=True), Subject("acme/api", requires=(1,))
    product = one._replace(subject=Subject("acme/suite", "7", complete=True), parts=(web, api))
    document = cyclonedx_json(product, "1.6")
    assert '{"ref":"acme/suite@7","dependsOn":["acme/web","acme/api"]}' in document
    assert '{"ref":"acme/api","dependsOn":["pkg:npm/b@1.0.0"]}' in document
    relations = spdx(product).relations
    assert ("SPDXRef-Described-1", "CONTAINS", "SPDXRef-Described-3") in relations
    assert ("SPDXRef-Described-3", "DEPENDS_ON", "SPDXRef-Package-npm-b-1.0.0") in relations


@pytest.mark.parametrize(
    ("purl", "text", "found"),
    [
        ("pkg:npm/a", "sha512-" + "/" * 86 + "==", ("SHA-512", "ff" * 64)),
        ("pkg:npm/a", "sha1-//////////////////////////8=", ("SHA-1", "ff" * 20)),
        ("pkg:npm/a", "sha1-/////", None),
        ("pkg:pypi/a", "sha256:" + "AB" * 32, ("SHA-256", "ab" * 32)),
        ("pkg:cargo/a", "ab" * 32, ("SHA-256", "ab" * 32)),
        ("pkg:hex/a", "ab" * 32, None),
        ("pkg:github/a/b", "ab" * 20, None),
        ("pkg:golang/a", "h1:" + "A" * 43 + "=", None),
        ("pkg:nix/a", "sha256-" + "A" * 43 + "=", None),
        ("pkg:pypi/a", "sha256:" + "zz" * 32, None),
        ("pkg:pypi/a", "", None),
    ],
)
def test_only_hashes_of_files_are_hashes(purl: str, text: str, found: tuple[str, str] | None) -> None:
    assert checksum(purl, text) == found


@pytest.mark.parametrize(
    ("origin", "source", "found"),
    [
        (Origin.REGISTRY, "https://registry.example/a.tgz", "https://registry.example/a.tgz"),
        (Origin.REGISTRY, "https://•••@registry.example/a", "https://registry.example/a"),
        (Origin.REGISTRY, "https://registry.example/•••/a", None),
        (Origin.REGISTRY, "https://registry.example/index.git", None),
        (Origin.URL, "https://host.example/a b?c=%zz", "https://host.example/a%20b?c=%25zz"),
        (Origin.URL, "javascript:alert(1)", None),
        (Origin.URL, "https://host.example/\u202e", None),
        (Origin.GIT, "git@git.example.org:a/b.git#commit=c0ffee", "git+ssh://git@git.example.org/a/b.git@c0ffee"),
        (Origin.GIT, "ssh://git@git.example:a/b", "git+ssh://git@git.example/a/b"),
        (Origin.GIT, "ssh://git@git.example:2222/a/b", "git+ssh://git@git.example:2222/a/b"),
        (Origin.GIT, "git://git.example/a#v1", "git://git.example/a@v1"),
        (Origin.GIT, "owner/name", None),
        (Origin.PATH, "https://host.example/a", None),
        (Origin.URL, None, None),
    ],
)
def test_addresses_are_uris_without_credentials(origin: Origin, source: str | None, found: str | None) -> None:
    assert address(origin, source) == found
    assert address(origin, found) == found, "a second time it stays as it is"


def test_a_supplier_is_an_account_and_no_word_in_a_name() -> None:
    assert supplier("githubactions", "acme") == "acme"
    assert supplier("golang", "github.com/acme") == "acme"
    assert supplier("golang", "golang.example/x") is None
    assert supplier("npm", "@acme") is None


@pytest.mark.parametrize(
    ("raw", "text", "spdx_text"),
    [
        ("MIT", "MIT", "MIT"),
        ("apache 2.0", "Apache-2.0", "Apache-2.0"),
        ("MIT/Zlib", "MIT OR Zlib", "MIT OR Zlib"),
        ("LicenseRef-own", "LicenseRef-own", "LicenseRef-own"),
        ("BSD", "BSD", None),
        ("LicenseRef-own WITH Classpath-exception-2.0", "LicenseRef-own WITH Classpath-exception-2.0", None),
        ("MIT WITH Own-exception", "MIT WITH Own-exception", None),
        ("MIT OR BSD", "MIT OR BSD", None),
        ("Foo-9.0", "Foo-9.0", None),
        ("DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b", None),
        ("UNLICENSED", "UNLICENSED", None),
    ],
)
def test_words_that_are_no_expression_become_a_reference(raw: str, text: str, spdx_text: str | None) -> None:
    found = worded(raw)
    assert found.text == text
    assert found.spdx == spdx_text if spdx_text else found.spdx.startswith("LicenseRef-ospo-gate-")


def test_every_id_is_in_every_official_list() -> None:
    """An id that CycloneDX's schema does not know makes the whole document invalid."""
    from checks.licenses import tables
    from checks.sboms.validity import schema_folder

    with open(f"{schema_folder()}/spdx.SNAPSHOT.schema.json") as file:
        known = set(json.load(file)["enum"])
    names = [name for row in tables.COMMON.values() for name in row.split()]
    written = [worded(name) for name in names]
    assert {wording.text for wording in written if wording.id} <= known
    assert sum(wording.id for wording in written) > 40


def test_a_lock_file_as_it_is() -> None:
    text = """\
version = 1
[[package]]
name = "web"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "left-pad" }]
[[package]]
name = "left-pad"
version = "1.3.0"
source = { registry = "https://registry.example/simple" }
sdist = { url = "https://registry.example/left-pad.tar.gz", hash = "sha256:%s" }
""" % ("ab" * 32)
    format_ = recognize("uv.lock")
    assert format_ is not None
    found = assemble([read(format_, "uv.lock", text.encode(), {})], ABOUT)
    [component] = found.components
    assert (component.ref, component.requires) == ("pkg:pypi/left-pad@1.3.0", ())
    assert component.hashes == (("SHA-256", "ab" * 32),)
    assert component.places[0].line == 8
