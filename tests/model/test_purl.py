"""Package URLs: written and read as the purl specification says, held against packageurl-python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from checks.model.purl import package, parse, type_of, versioned


@pytest.mark.parametrize(
    ("type_", "name", "namespace", "purl"),
    [
        ("npm", "left-pad", "", "pkg:npm/left-pad"),
        ("npm", "core", "@angular", "pkg:npm/%40angular/core"),
        ("pypi", "Typing_Extensions", "", "pkg:pypi/typing-extensions"),
        ("golang", "Module", "github.com/Org", "pkg:golang/github.com/Org/Module"),
        ("maven", "log4j-core", "org.apache.logging.log4j", "pkg:maven/org.apache.logging.log4j/log4j-core"),
        ("cargo", "serde", "", "pkg:cargo/serde"),
        ("composer", "Console", "Symfony", "pkg:composer/symfony/console"),
    ],
)
def test_names_are_written_as_their_type_wants(type_: str, name: str, namespace: str, purl: str) -> None:
    assert package(type_, name, namespace) == purl
    assert type_of(purl) == type_


def test_a_version_is_percent_encoded() -> None:
    assert versioned("pkg:npm/a", "1.0.0+build") == "pkg:npm/a@1.0.0%2Bbuild"
    assert versioned("pkg:npm/a", None) == "pkg:npm/a"


@pytest.mark.parametrize("text", ["", "npm/a", "pkg:", "pkg:npm", "pkg:npm/", "pkg:/a", "http://registry.example/a"])
def test_what_is_no_purl_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="package URL"):
        parse(text)


def test_qualifiers_and_subpath_are_left_out() -> None:
    assert parse("pkg:npm/%40scope/name@1.0.0?arch=x86#lib") == ("npm", "@scope", "name", "1.0.0")


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda word: word.strip() == word and word.strip("/") == word and word not in (".", "..") and "/" not in word
)


@given(_WORDS, st.lists(_WORDS, max_size=2).map("/".join), st.none() | _WORDS)
def test_any_words_come_back_and_packageurl_reads_the_same(name: str, namespace: str, version: str | None) -> None:
    purl = versioned(package("generic", name, namespace), version)
    assert parse(purl) == ("generic", namespace, name, version)
    known = PackageURL.from_string(purl)
    assert (known.type, known.namespace or "", known.name, known.version) == ("generic", namespace, name, version)
