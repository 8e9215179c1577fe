"""Which words of a text count, and which lines only claim a copyright."""

import pytest

from checks.texts.copyrights import copyrights, without_copyrights
from checks.texts.files import Role, role
from checks.texts.words import is_notice, words
from tests.texts.spdx import spdx


@pytest.mark.parametrize(
    "line",
    [
        "Copyright (c) 2020 Ada Lovelace",
        "  * Copyright © 2011-present, Ada <ada@example.com> (https://example.com/).",
        "// (C) 1999 Example Inc. All rights reserved.",
        "Copyright Ada Lovelace and other contributors, https://example.com/",
        "Copyright npm, Inc.",
        "Copyright [yyyy] [name of copyright owner]",
        "&copy; 2013 Grace",
        "Portions Copyright 2003 by Grace Hopper",
        "Copyright 2020 ada@not.no",
    ],
)
def test_lines_that_claim_a_copyright(line: str) -> None:
    assert is_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "copyright notice, this list of conditions and the following disclaimer.",
        "COPYRIGHT HOLDERS AND CONTRIBUTORS BE LIABLE FOR ANY CLAIM,",
        "Copyright and Related Rights",
        '"Copyright" also means copyright-like laws that apply to other kinds of works',
        "(c) You must retain all notices",
        "Copyright (c) 2020 Ada. You may not use this commercially.",
        "Copyright (c) 2020 Ada. Free for personal use.",
        "Copyright 2020 " + "Ada, " * 60,
        "copyright law, patent law",
        "",
    ],
)
def test_lines_that_say_more_or_something_else(line: str) -> None:
    assert not is_notice(line)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("The Licence, whilst “quoted”", "the license while 'quoted'"),
        ("1. First\n2) second\n(a) third (ii) fourth", "first\nsecond\nthird fourth"),
        ("# Title\n\n* item — dash", "Title\nitem - dash"),
        ("Copyright 2020 Ada\nterms", "terms"),
        ("terms. All Rights Reserved.", "terms"),
        ("black & white", "black and white"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
        ("https://example.com", "http://example.com"),
    ],
)
def test_what_does_not_count(text: str, same: str) -> None:
    assert words(text) == words(same)


def test_copyright_lines_are_kept_apart_from_the_text() -> None:
    text = "MIT License\n\n# Copyright (c) 2020  Ada\n# Copyright (c) 2020 Ada\nCopyright 2021 Grace\n\nPermission is"
    assert copyrights(text) == ("Copyright (c) 2020 Ada", "Copyright 2021 Grace")
    assert without_copyrights(text).split() == ["MIT", "License", "Permission", "is"]


def test_what_a_license_leaves_to_be_filled_in_is_no_claim() -> None:
    assert copyrights(spdx("Apache-2.0") + spdx("MIT") + spdx("BSD-3-Clause")) == ()
    assert copyrights(spdx("GPL-3.0-only")) == ()
    assert "[name of copyright owner]" in without_copyrights(spdx("Apache-2.0"))
    assert copyrights("Copyright 2001 Free Software Foundation, Inc.\nThis file is part of make.") != ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("LICENSE", Role.LICENSE),
        ("Licence.md", Role.LICENSE),
        ("LICENSE-MIT", Role.LICENSE),
        ("MIT-LICENSE.txt", Role.LICENSE),
        ("COPYING.LESSER", Role.LICENSE),
        ("UNLICENSE", Role.LICENSE),
        ("licenses/Apache-2.0.txt", Role.LICENSE),
        ("x-1.0.dist-info/licenses/src/parts/LICENSE", Role.LICENSE),
        ("NOTICE", Role.NOTICE),
        ("NOTICE.txt", Role.NOTICE),
        ("ThirdPartyNotices.txt", Role.OTHERS),
        ("LICENSE-3rdparty.csv", Role.OTHERS),
        ("licenses/THIRD_PARTY/zlib.txt", Role.OTHERS),
        ("license.js", None),
        ("licenses/data.json", None),
        ("licenses/AUTHORS", None),
        ("README.md", None),
        ("src/index.ts", None),
        ("LICENSE" + "x" * 200, None),
    ],
)
def test_files_about_licenses_by_their_names(path: str, expected: Role | None) -> None:
    assert role(path) is expected
