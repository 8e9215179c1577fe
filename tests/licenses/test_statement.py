"""What packages declare, and how sure the reading is."""

import pytest

from checks.licenses.statement import Confidence, is_text, read


def meaning(raw: str) -> tuple[str, str]:
    statement = read(raw)
    return statement.text, statement.confidence.value


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("MIT", "MIT"),
        ("mit", "MIT"),
        ("(MIT OR Apache-2.0)", "MIT OR Apache-2.0"),
        ("GPL-2.0", "GPL-2.0-only"),
        ("LicenseRef-Acme", "LicenseRef-Acme"),
        ("LicenseRef-Apache", "LicenseRef-Apache"),
        ("MPL-2.0-no-copyleft-exception", "MPL-2.0-no-copyleft-exception"),
    ],
)
def test_valid_spdx_is_exact(raw: str, text: str) -> None:
    assert meaning(raw) == (text, "exact")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (" MIT\n", "MIT"),
        ('"MIT".', "MIT"),
        ("MIT\u00a0License", "MIT"),
        ("MIT Or Apache-2.0", "MIT OR Apache-2.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("Apache-2.0 / MIT", "Apache-2.0 OR MIT"),
        ("MIT || Apache-2.0", "MIT OR Apache-2.0"),
        ("MIT -or- Apache License 2.0", "MIT OR Apache-2.0"),
        ("GPL-2.0/LGPL-2.1/MPL-1.1", "GPL-2.0-only OR LGPL-2.1-only OR MPL-1.1"),
        ("Apache2 OR MIT", "Apache-2.0 OR MIT"),
        ("Expat or GPL-1+ or Artistic-2.0", "MIT OR GPL-1.0-or-later OR Artistic-2.0"),
        ("Apachev2 or later or GPLv2", "Apache-2.0+ OR GPL-2.0-only"),
        ("MIT, ISC", "MIT AND ISC"),
        ("MIT & ISC", "MIT AND ISC"),
        ("MIT; Apache-2.0", "MIT AND Apache-2.0"),
        ("GPLv2 or later, MIT", "GPL-2.0-or-later AND MIT"),
        ("MPL 2.0, and EPL 1.0", "MPL-2.0 AND EPL-1.0"),
        ("Apache License, Version 2.0, MIT License", "Apache-2.0 AND MIT"),
        ("GPL-2+ or AFL-2.1, and Expat", "(GPL-2.0-or-later OR AFL-2.1) AND MIT"),
        ("MIT License and (Apache License 2.0 or BSD 3-Clause License)", "MIT AND (Apache-2.0 OR BSD-3-Clause)"),
        ("((MIT License) or ISC License)", "MIT OR ISC"),
        ("Dual license: MIT or Apache-2.0", "MIT OR Apache-2.0"),
        ("CDDL v1.1 / GPL v2 dual license", "CDDL-1.1 OR GPL-2.0-only"),
        ("CDDL-1.0 + GPLv2 with classpath exception", "CDDL-1.0 AND GPL-2.0-only WITH Classpath-exception-2.0"),
        ("CDDL-1.0+GPL-2.0", "CDDL-1.0 AND GPL-2.0-only"),
        ("CDDL 1.1/GPLv2+CE", "CDDL-1.1 OR GPL-2.0-only WITH Classpath-exception-2.0"),
        ("SPDX-License-Identifier: MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("MIT License, see LICENSE for details", "MIT"),
        ("MIT (see LICENSE.txt)", "MIT"),
        ("MIT License, MIT License", "MIT AND MIT"),
        ("GPL v2, GPL v2+", "GPL-2.0-only AND GPL-2.0-or-later"),
        ("CC BY 4.0 / CC BY-SA 4.0", "CC-BY-4.0 OR CC-BY-SA-4.0"),
        ("GNU LGPL (GNU Lesser General Public License), V2.1 or later", "LGPL-2.1-or-later"),
    ],
)
def test_several_names_are_read_if_there_is_one_way_to(raw: str, text: str) -> None:
    assert meaning(raw) == (text, "normalized")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("License :: OSI Approved :: MIT License", "MIT"),
        ("License :: OSI Approved :: MIT License, License :: OSI Approved :: ISC License (ISCL)", "MIT AND ISC"),
        ("License :: OSI Approved; License :: OSI Approved :: MIT License", "MIT"),
        ("OSI Approved :: MIT License", "MIT"),
        ('{"type": "MIT", "url": "https://example.com"}', "MIT"),
        ('{"url": "https://opensource.org/licenses/MIT"}', "MIT"),
        ('[{"type": "MIT"}, {"type": "Apache2"}]', "MIT OR Apache-2.0"),
        ('["MIT", "ISC"]', "MIT OR ISC"),
        ("['MIT']", "MIT"),
        ('{"type": "BSD", "url": "https://opensource.org/licenses/BSD-3-Clause"}', "BSD-3-Clause"),
        ("GPL (>= 2)", "GPL-2.0-or-later"),
        ("GPL (\u2265 3)", "GPL-3.0-or-later"),
        ("Apache License (== 2.0)", "Apache-2.0"),
        ("MIT + file LICENSE", "MIT"),
        ("GPL (>= 2) | BSD_3_clause + file LICENCE", "GPL-2.0-or-later OR BSD-3-Clause"),
        ("LGPL-2+", "LGPL-2.0-or-later"),
        ("perl_5", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
        ("lgpl_2_1", "LGPL-2.1-only"),
        ('"Apache-2.0";link="https://www.apache.org/licenses/LICENSE-2.0"', "Apache-2.0"),
        (
            "https://www.eclipse.org/legal/epl-2.0/, https://www.apache.org/licenses/LICENSE-2.0.txt",
            "EPL-2.0 AND Apache-2.0",
        ),
    ],
)
def test_each_ecosystem_has_its_ways(raw: str, text: str) -> None:
    assert meaning(raw) == (text, "normalized")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("GPL-3 + file LICENSE", "GPL-3.0-only AND SEE LICENSE IN LICENSE"),
        ("file LICENSE", "file LICENSE"),
        ("LICENSE.txt", "LICENSE.txt"),
        ("see license in LICENSE.md", "SEE LICENSE IN LICENSE.md"),
        ("See the LICENSE file", "SEE LICENSE IN LICENSE"),
        ("Please see COPYING.txt", "SEE LICENSE IN COPYING.txt"),
        ("MIT OR SEE LICENSE IN EULA.txt", "MIT OR SEE LICENSE IN EULA.txt"),
        ("https://example.com/LICENSE", "https://example.com/LICENSE"),
        ("License :: Other/Proprietary License", "OTHER"),
    ],
)
def test_what_points_to_a_text_is_a_word(raw: str, text: str) -> None:
    assert meaning(raw) == (text, "unknown")


@pytest.mark.parametrize(
    "raw",
    [
        "MIT AND BSD",
        "BSD-3-Clause, BSD",
        "GPL or MIT",
        "Dual MIT/GPL",
        "https://www.gnu.org/licenses/gpl.html",
        '{"type": "BSD", "url": "https://example.com/LICENSE"}',
        "License :: OSI Approved :: Apache Software License",
    ],
)
def test_a_shared_name_makes_the_whole_ambiguous(raw: str) -> None:
    assert read(raw).confidence is Confidence.AMBIGUOUS


@pytest.mark.parametrize(
    "raw",
    [
        "MIT-style",
        "BSD 2-clause or 3-clause, see file",
        "All contributions are MIT licensed.",
        "MIT, BSD or Apache-2.0",
        "MIT/whatever",
        "MIT,",
        "MIT/",
        "Apache-2.0 +",
        "(MIT",
        "License :: Freeware",
        "License :: OSI Approved :: MIT License, " * 40
        + "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
        "MIT, " * 40 + "GPL-3.0",
        str(["MIT"] * 40 + ["GPL-3.0"]),
        "License :: OSI Approved",
        "[]",
        "{}",
        "[[[[",
        '{"type": {"type": "MIT"}}',
        '{"type": "MIT", "url": "https://www.gnu.org/licenses/gpl-3.0.html"}',
        '["MIT", null]',
        '["MIT", "[\\"ISC\\"]"]',
        "MIT (GPL-3.0)",
        "Foo-1.0",
        "MIT OR Foo-1.0",
        "NOASSERTION",
        "UNLICENSED",
        "MIT WITH Foo-exception",
    ],
)
def test_everything_else_is_unknown(raw: str) -> None:
    assert read(raw).confidence is Confidence.UNKNOWN


@pytest.mark.parametrize(
    ("raw", "note", "column"),
    [
        ("", "it is empty", 0),
        (" \n", "it is empty", 0),
        ("MIT AND (ISC", "this '(' is never closed", 9),
        ("MIT*", "the character '*' is not allowed here", 4),
        ("MIT GPL-3.0-only", "expected AND or OR before 'GPL-3.0-only'", 5),
        ("MIT OR", "expected a license, but the text ends", 7),
        ("MI\u0422", "it contains the character U+0422, which no license id has", 3),
        ("MIT\0", "it contains the character U+0000, which no license id has", 4),
        ("n/a", "it names no license that is known", 0),
        ("Dual License", "it cannot be read with certainty", 0),
        ("MIT, BSD or Apache-2.0", "it cannot be read with certainty", 0),
        ("BSD with patents", "it cannot be read with certainty", 0),
        ("Copyright (c) 2021 Ada", "it is a copyright notice and names no license", 0),
        ("\u00a9 Ada", "it is a copyright notice and names no license", 0),
        ("MIT License\n\nCopyright\n\nPermission is\ngranted", "it is a text of 45 characters and not a statement", 0),
        ("x" * 20_000_000, "it is a text of 20,000,000 characters and not a statement", 0),
    ],
)
def test_it_says_why_it_could_not_be_read(raw: str, note: str, column: int) -> None:
    statement = read(raw)
    assert (statement.expression, statement.note, statement.column) == (None, note, column)


def test_the_raw_text_is_kept_and_shown_on_one_line() -> None:
    statement = read("Ask  us:\n\tlegal@example.com")
    assert (statement.raw, statement.text) == ("Ask  us:\n\tlegal@example.com", "Ask us: legal@example.com")
    assert read("Apache 2.0").raw == "Apache 2.0"


def test_a_text_is_told_from_a_statement() -> None:
    assert is_text("MIT License\n\nCopyright (c) Ada\n\nPermission is hereby granted\n")
    assert not is_text("MIT,\nISC\n")
