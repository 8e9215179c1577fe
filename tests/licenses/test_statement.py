"""What packages declare, and how sure the reading is."""

import pytest

from checks.licenses.statement import Confidence, read


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
    ],
)
def test_valid_spdx_is_exact(raw: str, text: str) -> None:
    assert meaning(raw) == (text, "exact")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (" MIT\n", "MIT"),
        ('"MIT"', "MIT"),
        ("MIT Or Apache-2.0", "MIT OR Apache-2.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("Apache-2.0 / MIT", "Apache-2.0 OR MIT"),
        ("GPL-2.0/LGPL-2.1/MPL-1.1", "GPL-2.0-only OR LGPL-2.1-only OR MPL-1.1"),
        ("MIT/X11", "MIT"),
        ("Apache 2", "Apache-2.0"),
        ("Apache2 OR MIT", "Apache-2.0 OR MIT"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("ASL 2.0", "Apache-2.0"),
        ("Apache 2.0 with LLVM exception", "Apache-2.0 WITH LLVM-exception"),
        ("The MIT License (MIT)", "MIT"),
        ("MIT licence", "MIT"),
        ("Expat", "MIT"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("3-Clause BSD License", "BSD-3-Clause"),
        ("New BSD", "BSD-3-Clause"),
        ("Simplified BSD", "BSD-2-Clause"),
        ("ISC License", "ISC"),
        ("GPLv3", "GPL-3.0-only"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("GPL v2 or later", "GPL-2.0-or-later"),
        ("GNU GPL version 2, or (at your option) any later version", "GPL-2.0-or-later"),
        ("GNU Lesser General Public License v2.1", "LGPL-2.1-only"),
        (
            "GNU General Public License, version 2, with the classpath exception",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ),
        ("AGPLv3", "AGPL-3.0-only"),
        ("MPLv2.0", "MPL-2.0"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("EPL 1.0", "EPL-1.0"),
        ("CC0", "CC0-1.0"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("The Unlicense", "Unlicense"),
        ("Boost Software License 1.0", "BSL-1.0"),
        ("zlib/libpng", "Zlib"),
        ("Public Domain", "LicenseRef-scancode-public-domain"),
        ("MIT, ISC", "MIT AND ISC"),
        ("MIT & ISC", "MIT AND ISC"),
        ("GPLv2 or later, MIT", "GPL-2.0-or-later AND MIT"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("MIT (https://example.com/license)", "MIT"),
        ('{"type": "MIT", "url": "https://example.com"}', "MIT"),
        ('[{"type": "MIT"}, {"type": "Apache2"}]', "MIT OR Apache-2.0"),
        ('["MIT", "ISC"]', "MIT OR ISC"),
        ("License :: OSI Approved :: MIT License", "MIT"),
        ("License :: OSI Approved :: Mozilla Public License 1.1 (MPL 1.1)", "MPL-1.1"),
        ("License :: OSI Approved :: GNU Affero General Public License v3 or later (AGPLv3+)", "AGPL-3.0-or-later"),
        ("License :: OSI Approved :: MIT License, License :: OSI Approved :: ISC License (ISCL)", "MIT AND ISC"),
    ],
)
def test_the_only_possible_meaning_is_normalized(raw: str, text: str) -> None:
    assert meaning(raw) == (text, "normalized")


@pytest.mark.parametrize(
    "raw",
    [
        "BSD",
        "BSD License",
        "GPL",
        "LGPL",
        "AGPL",
        "Apache",
        "The Apache License",
        "MPL",
        "Eclipse Public License",
        "Artistic",
        "Creative Commons Attribution",
        "BSL",
        "License :: OSI Approved :: Apache Software License",
        "License :: OSI Approved :: GNU General Public License (GPL)",
        "MIT AND BSD",
        "GPL or MIT",
    ],
)
def test_a_shared_name_is_ambiguous(raw: str) -> None:
    assert read(raw).confidence is Confidence.AMBIGUOUS


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "MIT-style",
        "MIT-like",
        "BSD with patents",
        "Apache 3.0",
        "GPLv4",
        "GPL v2 and v3",
        "BSD 2-clause or 3-clause, see file",
        "Dual License",
        "Proprietary",
        "Commercial",
        "Copyright (c) 2021 Ada",
        "All contributions are MIT licensed.",
        "MIT, BSD or Apache-2.0",
        "MIT/whatever",
        "(MIT",
        "Nethack General Public License",
        "License :: Freeware",
        "License :: OSI Approved",
        "https://example.com/LICENSE",
        "https://opensource.org/licenses/bsd-license.php",
        "[]",
        "{}",
        "[[[[",
        '{"type": {"type": "MIT"}}',
        '["MIT", null]',
        "Foo-1.0",
        "MIT OR Foo-1.0",
        "NOASSERTION",
        "UNLICENSED",
        "SEE LICENSE IN LICENSE.md",
        "MIT WITH Foo-exception",
        "x" * 5_000,
    ],
)
def test_everything_else_is_unknown(raw: str) -> None:
    assert read(raw).confidence is Confidence.UNKNOWN


def test_the_raw_text_is_kept() -> None:
    assert read("Apache 2.0").raw == "Apache 2.0"


def test_every_python_classifier_is_read_or_honestly_not() -> None:
    """No classifier is read as a license with another name."""
    from trove_classifiers import classifiers

    exact = {
        classifier.rpartition("(")[2].rstrip(")"): read(classifier)
        for classifier in classifiers
        if classifier.startswith("License ::") and classifier.endswith(")") and "-" in classifier.rpartition("(")[2]
    }
    assert len(exact) >= 10
    for name, statement in exact.items():
        assert statement.expression is None or statement.text.lower() == name.lower()
