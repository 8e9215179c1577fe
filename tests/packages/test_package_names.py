"""Names that are nearly others, and honest neighbors that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.purl import package
from checks.packages.names import Likeness, Name, NameIndex, beginning, likeness

ALIKE, SWAPPED, LETTER, SEPARATORS, SCOPE, ORDER, WORD = Likeness


def name(text: str, type_: str = "npm") -> Name:
    namespace, _, bare = text.rpartition("/")
    return Name.of(package(type_, bare, namespace))


@pytest.mark.parametrize(
    ("new", "known", "how"),
    [
        ("l0dash", "lodash", ALIKE),
        ("co1ors", "colors", ALIKE),
        ("modem-js", "modern-js", ALIKE),
        ("rеact", "react", ALIKE),  # a Cyrillic е
        ("vuе", "vue", ALIKE),  # too short for our own letters
        ("réact", "react", ALIKE),
        ("ｌodash", "lodash", ALIKE),
        ("lodahs", "lodash", SWAPPED),
        ("axois", "axios", SWAPPED),
        ("electorn", "electron", SWAPPED),
        ("expres", "express", LETTER),
        ("expresss", "express", LETTER),
        ("mongose", "mongoose", LETTER),
        ("typscript", "typescript", LETTER),
        ("requezts", "requests", LETTER),
        ("discordd.js", "discord.js", LETTER),
        ("crossenv", "cross-env", SEPARATORS),
        ("cross_env", "cross-env", SEPARATORS),
        ("types-node", "@types/node", SCOPE),
        ("@types/node", "types-node", SCOPE),
        ("@exampel/ui", "@example/ui", SWAPPED),
        ("@examplee/ui", "@example/ui", LETTER),
        ("@my-org/ui", "@myorg/ui", SEPARATORS),
        ("dateutil-python", "python-dateutil", ORDER),
        ("python3-dateutil", "python-dateutil", WORD),
        ("lodash-js", "lodash", WORD),
        ("node-express", "express", WORD),
    ],
)
def test_what_is_nearly_another_name(new: str, known: str, how: Likeness) -> None:
    assert likeness(name(new), name(known)) is how
    assert dict(NameIndex([name(new)]).like(name(known))) == {name(new): how}


@pytest.mark.parametrize(
    ("new", "known"),
    [
        ("lodash", "lodash"),
        ("JSONStream", "jsonstream"),
        ("preact", "react"),
        ("colors", "color"),
        ("prompts", "prompt"),
        ("inotify", "notify"),
        ("enquirer", "inquirer"),
        ("ecma-2051", "ecma-2015"),
        ("merge2", "merge"),
        ("json3", "json5"),
        ("regexp", "regex"),
        ("get-value", "set-value"),
        ("css-parse", "csv-parse"),
        ("eslint", "tslint"),
        ("jsdoc", "jsdom"),
        ("http-proxy-agent", "https-proxy-agent"),
        ("safer-buffer", "safe-buffer"),
        ("lodash.get", "lodash.set"),
        ("vue", "vux"),
        ("@babel/core", "@babel/cors"),
        ("@types/react", "react"),
        ("@types/react", "@types/preact"),
        ("@acme/ui", "@example/ui"),
        ("react-dom", "react"),
        ("node", "js"),
        ("", ""),
    ],
)
def test_what_is_another_name(new: str, known: str) -> None:
    assert likeness(name(new or "x"), name(known or "x")) is None
    assert likeness(name(known or "x"), name(new or "x")) is None


@pytest.mark.parametrize(
    ("new", "known", "type_"),
    [
        ("zope.interface", "zope-interface", "pypi"),
        ("Ruamel_Yaml", "ruamel-yaml", "pypi"),
        ("Newtonsoft.json", "newtonsoft.json", "nuget"),
        ("github.com/gorilla/mux", "github.com/gorilla/max", "golang"),
    ],
)
def test_one_project_and_one_owner_in_other_ecosystems(new: str, known: str, type_: str) -> None:
    assert likeness(name(new, type_), name(known, type_)) is None


@pytest.mark.parametrize(
    ("new", "known", "type_", "how"),
    [
        ("github.com/gorila/mux", "github.com/gorilla/mux", "golang", LETTER),
        ("org.apache.comons/text", "org.apache.commons/text", "maven", LETTER),
        ("symfnoy/console", "symfony/console", "composer", SWAPPED),
        ("jeIlyfish", "jellyfish", "pypi", LETTER),
        ("urlib3", "urllib3", "pypi", LETTER),
    ],
)
def test_owners_of_other_ecosystems(new: str, known: str, type_: str, how: Likeness) -> None:
    assert likeness(name(new, type_), name(known, type_)) is how


@pytest.mark.parametrize(
    ("new", "pattern", "how"),
    [
        ("@exampel/ui", "@example/*", SWAPPED),
        ("exampel-ui", "example-*", SWAPPED),
        ("examp1e-ui", "example-*", ALIKE),
        ("acme-intrenal-ui", "acme-internal-*", SWAPPED),
        ("acme-auht", "acme-auth", SWAPPED),
        ("example-ui", "example-*", None),
        ("@other/ui", "@example/*", None),
        ("exampel", "*-example", None),
        ("exampel-ui", "exam*", None),
        ("data-tool", "date-*", None),
    ],
)
def test_beginnings_of_internal_names(new: str, pattern: str, how: Likeness | None) -> None:
    assert beginning(name(new), pattern) is how


WORDS = st.text("abcdefgilmnorstuvwy0123-_.", min_size=1, max_size=14)


@given(WORDS, WORDS)
def test_the_index_finds_what_comparing_finds(new: str, known: str) -> None:
    one, other = name(new), name(known)
    found = dict(NameIndex([one]).like(other))
    how = likeness(one, other)
    assert found == ({one: how} if how else {})


@given(WORDS.filter(lambda text: len(text) > 5), st.data())
def test_the_index_finds_every_slip(known: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(known) - 2))
    swapped = known[:place] + known[place + 1] + known[place] + known[place + 2 :]
    for new in (swapped, known[:place] + known[place + 1 :], known[:place] + known[place] + known[place:]):
        one, other = name(new), name(known)
        how = likeness(one, other)
        assert dict(NameIndex([one]).like(other)) == ({one: how} if how else {})


@given(WORDS)
def test_no_name_is_nearly_itself(text: str) -> None:
    assert likeness(name(text), name(text)) is None
    assert likeness(name(text), name(text.upper())) is None


@given(st.text(min_size=1, max_size=200))
def test_hostile_names_are_compared_too(text: str) -> None:
    hostile = Name("pkg:npm/x", "", text)
    assert list(NameIndex([hostile]).like(hostile)) == []
    assert likeness(hostile, name("lodash")) in (None, *Likeness)
    assert beginning(hostile, "@example/*") in (None, *Likeness)


def test_endless_names_cost_nothing() -> None:
    endless = Name("pkg:npm/x", "", "a" * 1_000_000)
    assert list(NameIndex([endless] * 100).like(endless)) == []
    assert likeness(endless, Name("pkg:npm/x", "", "a" * 500_000 + "ba" + "a" * 499_998)) is None
    assert likeness(Name("pkg:npm/x", "", "a" * 120 + "bc"), Name("pkg:npm/y", "", "a" * 120 + "cb")) is None
