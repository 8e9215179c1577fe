"""Which license a text is: what may differ, what may not, and what is too much."""

import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.texts import library
from checks.texts.recognition import LIMIT, NOTHING
from checks.texts.recognize import recognize
from checks.texts.vocabulary import OPERATIVE
from checks.texts.words import words
from tests.texts.spdx import current, header, mit, spdx


def license_of(text: str) -> str | None:
    return recognize(text).license


def gnu(name: str) -> str:
    """The id that a GNU license has when nothing says whether later versions may be chosen."""
    return re.sub(r"-(only|or-later)$", "", name)


def test_every_license_of_the_list_is_itself() -> None:
    by_text: dict[str, set[str]] = {}
    for name in current():
        by_text.setdefault(spdx(name), set()).update((name, gnu(name)))
    wrong = {min(names): found for text, names in by_text.items() if (found := license_of(text)) not in names}
    assert wrong == {}
    assert len(by_text) > 600


@pytest.mark.parametrize(
    "text",
    [
        mit("Copyright © 2011-2026 Zoë Łukasz <zoe@example.com> (https://example.com/)"),
        mit("Copyright (c) 2011 Ada\nCopyright (c) 2012-present, Grace and other contributors\nAll rights reserved."),
        mit().replace("MIT License", "# The MIT License (MIT)", 1),
        mit().replace("MIT License", "", 1),
        mit().upper(),
        mit().replace('"', "“").replace("\n", "\r\n"),
        "\n".join(f" * {line}" for line in mit().splitlines()),
        textwrap.fill(mit(""), 40),
        " ".join(mit("").split()),
        mit().replace("AUTHORS OR COPYRIGHT HOLDERS", "Ada Lovelace"),
        mit().replace("this permission notice", "this permission notice (including the next paragraph)"),
        "This project is licensed under the terms of the MIT license.\n\n" + mit(),
    ],
)
def test_what_may_differ(text: str) -> None:
    assert license_of(text) == "MIT"


@pytest.mark.parametrize(
    "text",
    [
        mit() + "\nThe Software shall not be used by the military.",
        mit() + "\nFor personal use.",
        mit() + "\nParts are under the GPL.",
        mit() + "\nSome files are under the Apache License.",
        mit() + "\nДля коммерческого использования обратитесь к автору.",
        mit() + "\nYou may n\u200bot sell it.",
        mit().replace("to any person", "to any student"),
        mit().replace("free of charge", "free of charge for students"),
        mit().replace("free of charge", "free of charge (некоммерчески)"),
        mit().replace("sublicense, and/or sell", "and sublicense"),
        mit().replace("without restriction", "with restrictions"),
        mit().replace("any person", "any person, cоmpanies excepted"),  # a Cyrillic letter
        mit().replace("Copyright (c) 2020 Ada", "Copyright (c) 2020 Ada, not for commercial use"),
        mit()[: len(mit()) // 2],
        "MIT",
        "Licensed under MIT, see https://example.com/license",
        "",
        "\0\ud800\uffff",
    ],
)
def test_what_may_not_differ(text: str) -> None:
    assert recognize(text).license is None


@pytest.mark.parametrize("name", ["JSON", "X11", "MIT-0", "MIT-feh", "MIT-advertising", "ISC", "0BSD"])
def test_relatives_of_mit_are_told_apart(name: str) -> None:
    assert license_of(spdx(name)) == name


@pytest.mark.parametrize(
    "name",
    ["BSD-1-Clause", "BSD-2-Clause", "BSD-2-Clause-Views", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSD-4-Clause",
     "BSD-3-Clause-No-Nuclear-License", "BSD-Source-Code"],
)  # fmt: skip
def test_kinds_of_bsd_are_told_apart(name: str) -> None:
    assert license_of("Copyright (c) 2019, Example Inc.\n" + spdx(name)) == name


def test_bsd_in_the_words_of_others() -> None:
    bsd = " ".join(spdx("BSD-3-Clause").split())
    neither = "Neither the name of the copyright holder nor the names of its contributors may be used"
    for ours, theirs in (
        ("the copyright holder nor", "Acme Inc. nor"),
        ("COPYRIGHT HOLDERS AND CONTRIBUTORS", "REGENTS OF ACME"),
        (neither, "The name of the author may not be used"),
    ):
        assert ours in bsd
        assert license_of(bsd.replace(ours, theirs)) == "BSD-3-Clause"
    assert license_of(bsd.replace(neither, "The name of the author may be used")) is None


def test_a_text_does_not_say_whether_later_versions_may_be_chosen() -> None:
    assert license_of(spdx("GPL-3.0-or-later")) == "GPL-3.0"
    assert license_of(spdx("LGPL-2.1-only")) == "LGPL-2.1"


def test_the_lgpl_with_the_gpl_that_it_refers_to_is_the_lgpl() -> None:
    assert license_of(spdx("LGPL-3.0-only")) == "LGPL-3.0"


def test_the_appendix_of_a_license_may_be_there_or_not() -> None:
    terms, end, appendix = spdx("Apache-2.0").partition("END OF TERMS AND CONDITIONS")
    assert "APPENDIX" in appendix
    for text in (terms, terms + end, terms + end + appendix):
        assert license_of(text) == "Apache-2.0"
    assert license_of(terms + end + "You may not use it for military purposes.") is None
    more = appendix.replace("We also recommend", "You may not sell it. We also recommend")
    assert more != appendix
    assert license_of(terms + end + more) is None


def test_a_notice_that_names_the_license() -> None:
    assert license_of(header("Apache-2.0").replace("[yyyy] [name of copyright owner]", "2020 Ada")) == "Apache-2.0"
    assert license_of(header("MPL-2.0")) == "MPL-2.0"


def test_several_licenses_in_one_text_all_apply() -> None:
    assert license_of(mit() + "\n-----\n" + spdx("Apache-2.0")) == "MIT AND Apache-2.0"
    assert license_of(mit() + mit("Copyright 2021 Grace")) == "MIT"
    assert license_of(mit() + "\n\nParts by Grace:\n\n" + spdx("BSD-3-Clause")) == "MIT AND BSD-3-Clause"
    assert license_of("Either of these at your option:\n" + mit() + spdx("Apache-2.0")) is None


def test_an_exception_belongs_to_its_license() -> None:
    text = spdx("Apache-2.0") + "\n\n" + spdx("LLVM-exception")
    assert license_of(text) == "Apache-2.0 WITH LLVM-exception"
    assert license_of(header("Apache-2.0") + text) == "Apache-2.0 WITH LLVM-exception"
    assert license_of(spdx("LLVM-exception")) is None


@pytest.mark.parametrize(
    "text",
    [
        "x" * LIMIT,
        "(" * LIMIT,
        "-" * LIMIT,
        "all " + " " * LIMIT,
        "copyright " * 6_000,
        "Copyright (c) 2020 A\n" * 2_800,
        " ".join(reversed(spdx("GPL-3.0-only").split()))[:LIMIT],
        (mit("") * 100)[:LIMIT],
        (spdx("BSD-3-Clause") * 100)[:LIMIT],
        "".join(
            map(spdx, ("MIT", "ISC", "0BSD", "Zlib", "BSL-1.0", "BSD-2-Clause", "NCSA", "X11", "Unlicense", "curl"))
        ),
    ],
    ids=lambda text: text[:12],
)
def test_what_is_made_to_take_long(text: str) -> None:
    assert recognize(text).license is None


def test_more_than_the_limit_is_a_collection() -> None:
    assert license_of(mit() + " " * (LIMIT - len(mit()))) == "MIT"
    assert license_of(mit() + " " * LIMIT) is None


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    recognize(text)


_BODY = words(mit())


@settings(deadline=None)
@given(st.integers(0, len(_BODY)), st.sampled_from(sorted(OPERATIVE)))
def test_one_word_more_that_can_change_a_license_is_never_overlooked(place: int, word: str) -> None:
    assert license_of(" ".join([*_BODY[:place], word, *_BODY[place:]])) is None


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["MIT", "ISC", "Apache-2.0", "MPL-2.0", "0BSD"]), min_size=1, unique=True))
def test_the_licenses_of_a_text_are_those_that_stand_there(names: list[str]) -> None:
    assert license_of("\n\n".join(map(spdx, names))) == " AND ".join(names)


@pytest.mark.parametrize("data", [None, b"{}", b"[", b'{"licenses": {"MIT": {}}, "exceptions": {}}'])
def test_without_the_list_nothing_is_recognized(monkeypatch: pytest.MonkeyPatch, data: bytes | None) -> None:
    monkeypatch.setattr(library, "_data", lambda: data)
    library.library.cache_clear()
    try:
        assert recognize(mit()) == NOTHING
    finally:
        library.library.cache_clear()
