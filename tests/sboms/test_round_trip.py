"""Reading what we wrote gives what was written, in every format, whatever packages are called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Location, Origin, Scope
from checks.sboms.assembly import assemble
from tests.sboms.written import ABOUT, ALL, content, package, read_again, told

#: Names and versions as nobody publishes them, and as somebody might.
HOSTILE = (
    *("left-pad", "@scope", "a b", " ", "..", "%2e%2e", "a/b", "a@b", "a?b#c", "<a>&\"'", "]]>", "</text>", "<text>"),
    *("a\nPackageName: b", "a\r\nRelationship: x", "\x00", "\x1b[31m", "\u202etxt.exe", "\ufffe", "😀", "é", "e\u0301"),
    *("SPDXRef-DOCUMENT", "NOASSERTION", "NONE", "urn:cdx:", "a" * 300, "\\", "${a}", "`a`", "|", "--", "1.0.0+build"),
)
STATEMENTS = (
    *(None, "MIT", "Apache 2.0", "MIT OR (GPL-2.0-only AND ISC)", "GPL-2.0+", "BSD", "SEE LICENSE IN x", "UNLICENSED"),
    *("LicenseRef-own", "MIT AND LicenseRef-own", "NOASSERTION", "GPL-2.0-only WITH Classpath-exception-2.0", "Foo-9"),
    *("LicenseRef-ospo-gate-0123456789abcdef", "MIT) OR (ISC", "a\nb", "\u202eTIM", "<b>", "©", "x" * 5000),
)
SOURCES = (
    *(None, "https://registry.example/a.tgz", "https://me:secret@host.example/a", "git@git.example:a/b.git#c0ffee"),
    *("git+https://git.example/a/b#main", "ssh://git@git.example:a/b", "file:../a", "registry", "https://a/%zz?x y"),
    *("https://h.example/•••@b", "javascript:alert(1)", "https://[::1]/a", "https://registry.example/index.git", "\n"),
)
REGISTRIES = (None, "registry", "https://registry.example/simple", "https://registry.example/index.git")
PATHS = ("uv.lock", "a b/\u202ex", "]]>/<text>", "a\nPackageName: b", "\udc80")
#: Types that no registry has, and readers know that.
_ELSEWHERE = ("github", "generic")
PINS = (
    *("sha512-" + "A" * 86 + "==", "sha256:" + "ab" * 32, "sha1-" + "A" * 27 + "=", "md5:" + "00" * 16, "h1:abc="),
    *("0" * 40, "f" * 64, "sha256-short", "<b>", "sha999:00"),
)
texts = st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=12)
types = st.sampled_from(
    ("npm", "pypi", "maven", "cargo", "golang", "github", "generic", "docker", "nix", "huggingface")
)


@st.composite
def dependencies(draw: st.DrawFn) -> Dependency:
    type_ = draw(types)
    name = purl.package(type_, draw(texts), draw(st.just("") | texts))
    origin = draw(
        st.sampled_from(Origin).filter(lambda origin: origin is not Origin.REGISTRY or type_ not in _ELSEWHERE)
    )
    line = draw(st.integers(0, 10))
    return Dependency(
        name,
        "whatever",
        draw(st.none() | texts),
        Location(draw(st.sampled_from(PATHS)), line, line),
        draw(st.sampled_from(Scope)),
        draw(st.sampled_from((True, False, None))),
        origin,
        draw(
            st.sampled_from(SOURCES if origin is not Origin.REGISTRY else REGISTRIES[: 1 if type_ == "npm" else None])
        ),
        draw(st.sampled_from(STATEMENTS) | st.text(max_size=20)),
        None,
        tuple(draw(st.lists(st.sampled_from(PINS), max_size=3))),
    )


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    found = draw(st.lists(dependencies(), max_size=6))
    edges = []
    if draw(st.booleans()):
        indexes = st.integers(0, max(len(found) - 1, 0))
        edges = [tuple(draw(st.lists(indexes, max_size=3, unique=True))) for _ in found]
    return Inventory("uv.lock", "uv-lock", tuple(found), tuple(edges))


@settings(deadline=None, max_examples=100)
@given(st.lists(inventories(), max_size=2))
def test_every_format_gives_back_what_was_written(found: list[Inventory]) -> None:
    before = assemble(found, ABOUT)
    for name, write in ALL.items():
        text = write(before)
        assert text == write(assemble(found, ABOUT)), "equal content makes equal bytes"
        assert told(read_again(text, name)) == told(before), name


@pytest.mark.parametrize("name", ALL)
def test_a_graph_with_every_scope(name: str) -> None:
    """Scopes stand on packages in CycloneDX, and on the way to them in SPDX."""
    packages = [package(f"pkg:npm/{scope}", scope=scope, direct=scope is Scope.RUNTIME) for scope in Scope]
    found = content(*packages, edges=[[1, 2, 3, 4, 5, 6], [2], [], [4], [], [6], [0]])
    again = read_again(ALL[name](found), name)
    assert told(again) == told(found)
    assert {component.ref: component.scope.value for component in again.components} == {
        f"pkg:npm/{scope}@1.0.0": scope.value for scope in Scope
    }


@pytest.mark.parametrize("name", ALL)
def test_nothing_at_all(name: str) -> None:
    assert told(read_again(ALL[name](content()), name)) == {}
