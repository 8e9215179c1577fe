"""Addresses of licenses at their stewards; everybody else's pages are nobody's license."""

import pytest

from checks.licenses.addresses import at_address
from checks.licenses.tree import Unclear


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("https://spdx.org/licenses/BSD-3-Clause.html", "BSD-3-Clause"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("//www.opensource.org/licenses/mit-license.php", "MIT"),
        ("https://opensource.org/license/apache-2-0", "Apache-2.0"),
        ("https://opensource.org/license/bsd-3-clause/", "BSD-3-Clause"),
        ("http://www.opensource.org/licenses/cpl1.0.txt", "CPL-1.0"),
        ("https://choosealicense.com/licenses/agpl-3.0/", "AGPL-3.0-only"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://www.apache.org/licenses/LICENSE-1.1#section", "Apache-1.1"),
        ("https://www.mozilla.org/en-US/MPL/2.0/", "MPL-2.0"),
        ("http://www.mozilla.org/MPL/MPL-1.1.html", "MPL-1.1"),
        ("https://www.eclipse.org/legal/epl-v10.html", "EPL-1.0"),
        ("https://www.eclipse.org/org/documents/epl-2.0/EPL-2.0.txt", "EPL-2.0"),
        ("http://www.eclipse.org/org/documents/edl-v10.php", "BSD-3-Clause"),
        ("https://www.gnu.org/licenses/gpl-3.0.en.html", "GPL-3.0-only"),
        ("https://www.gnu.org/licenses/old-licenses/lgpl-2.1.html", "LGPL-2.1-only"),
        ("https://www.gnu.org/licenses/agpl.html", "AGPL-3.0-only"),
        ("https://creativecommons.org/licenses/by-sa/4.0/legalcode", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by/3.0/us/", "CC-BY-3.0-US"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.en", "CC0-1.0"),
        ("https://polyformproject.org/licenses/noncommercial/1.0.0", "PolyForm-Noncommercial-1.0.0"),
        ("https://unlicense.org/", "Unlicense"),
        ("https://licenses.registry.example/MIT", "MIT"),
        ("https://licenses.registry.example/(MIT%20OR%20Apache-2.0)", "MIT OR Apache-2.0"),
        ("http://repository.example.com/licenses/cc0-1.0.txt", "CC0-1.0"),
        ("http://repository.example.com/licenses/gpl-2.0.txt", "GPL-2.0-only"),
    ],
)
def test_a_steward_says_which_license(address: str, text: str) -> None:
    assert str(at_address(address)) == text


@pytest.mark.parametrize(
    "address",
    [
        "https://opensource.org/licenses/bsd-license.php",
        "http://www.gnu.org/copyleft/lesser.html",
        "https://www.gnu.org/licenses/gpl.html",
        "https://www.apache.org/licenses/",
    ],
)
def test_a_page_that_changed_may_mean_several(address: str) -> None:
    found = at_address(address)
    assert isinstance(found, Unclear)
    assert found.name == address
    assert len(found.candidates) > 1


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/MIT",
        "https://example.com/licenses/mit",
        "https://example.com/licenses/2.0",
        "https://example.com/licenses/LLVM-exception-2.0",
        "https://github.com/example/project/blob/main/LICENSE",
        "https://opensource.org.example.com/licenses/MIT",
        "https://opensource.org@example.com/licenses/MIT",
        "https://example.com/?opensource.org/licenses/MIT",
        "https://opensource.org/licenses/",
        "https://opensource.org/licenses/MIT/../../phishing",
        "https://licenses.registry.example/NOASSERTION",
        "https://licenses.registry.example/Foo-1.0",
        "https://creativecommons.org/licenses/gpl/2.0/",
        "https://",
        "ftp://opensource.org/licenses/MIT",
        "https://opensource.org/licenses/" + "a." * 200,
    ],
)
def test_any_other_page_may_say_anything(address: str) -> None:
    assert at_address(address) is None
