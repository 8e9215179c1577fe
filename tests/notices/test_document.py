"""What notices say: each text once, everybody who has it, and what is missing."""

from hypothesis import given
from hypothesis import strategies as st

from checks.notices.document import Component, document
from checks.notices.plaintext import plaintext
from tests.notices.documents import component
from tests.texts.spdx import mit, spdx


def test_equal_texts_are_one_text_with_everybody_who_claims_copyright() -> None:
    found = document(
        [
            component("grid", LICENSE=mit("Copyright (c) 2020 Ada\nCopyright (c) 2021 Grace")),
            component("chart", LICENSE=mit("Copyright (c) 2019 Kay").replace("MIT License", "The MIT License (MIT)")),
        ],
        "shipped",
    )
    (group,) = found.groups
    assert group.title == "MIT"
    assert [(holder.component.name, holder.copyrights) for holder in group.holders] == [
        ("chart", ("Copyright (c) 2019 Kay",)),
        ("grid", ("Copyright (c) 2020 Ada", "Copyright (c) 2021 Grace")),
    ]
    assert "Copyright (c)" not in group.text
    assert "Permission is hereby granted" in group.text


def test_other_words_are_another_text() -> None:
    found = document([component("grid"), component("chart", LICENSE=mit() + "\nExcept on Sundays.")], "shipped")
    assert len(found.groups) == 2


def test_recognized_texts_come_first_and_the_commonest_of_them() -> None:
    rare = mit().replace("person", "human being")
    found = document(
        [component("a", LICENSE=rare), component("b"), component("c"), component("d", COPYING="Do as you like.")],
        "shipped",
    )
    assert [(group.title, len(group.holders)) for group in found.groups] == [("MIT", 2), ("MIT", 1), ("COPYING", 1)]


def test_notice_files_are_passed_on_whole_and_are_no_license_texts() -> None:
    found = document([component("grid", NOTICE="Grid\n\n\n\nCopyright 2020 Ada  \n")], "shipped")
    assert found.groups == ()
    assert [(notice.path, notice.text) for notice in found.notices] == [("NOTICE", "Grid\n\nCopyright 2020 Ada")]
    assert [item.name for item in found.without_text] == ["grid"]


def test_what_a_package_carries_along_is_passed_on_too() -> None:
    found = document([component("grid", LICENSE=mit(), ThirdPartyNotices_txt=spdx("Zlib"))], "shipped")
    assert [group.title for group in found.groups] == ["MIT", "ThirdPartyNotices.txt"]


def test_a_package_without_a_text_is_named() -> None:
    bare = Component("pkg:npm/bare", "bare", None, None)
    assert document([bare, component()], "shipped").without_text == (bare,)


@given(st.permutations([component("grid"), component("grid", "0.9.0"), component("Grid"), component("a", COPYING="x")]))
def test_the_order_of_the_manifests_does_not_matter(components: list[Component]) -> None:
    assert plaintext(document(components, "all")) == plaintext(document(components[::-1], "all"))
