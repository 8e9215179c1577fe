"""An explanation as a page: bounded, and with names that do not move what is around them."""

from typing import Any

import pytest

from app.web.pages.links import Links
from app.web.pages.rendering import said
from app.web.pages.tree import Row, tree

LINKS = Links("https://github.com", "example/web", "c" * 40, "policy.yaml", "d" * 40, central_policy=True)


def step(what: str, *steps: Any, policy: str = "", source: str = "") -> dict[str, Any]:
    return {"what": what, "actual": "", "mark": "no", "source": source, "key": "", "policy": policy, "speaks": [],
            "steps": list(steps)}  # fmt: skip


def document(*layers: Any) -> dict[str, Any]:
    return {"at": "2026-11-20T12:00:00+00:00", "policy": {"source": "policy.yaml"}, "mode": "enforce", "rule": None,
            "package": None, "layers": list(layers), "verdict": {"notes": []}, "pages": {}}  # fmt: skip


def flat(rows: tuple[Row, ...]) -> list[str]:
    return [word for row in rows for word in (row.what, *flat(row.rows))]


def test_a_page_shows_as_many_steps_as_it_bears_and_counts_the_others() -> None:
    wide = [step(f"{number}", step("a", step("b"))) for number in range(10)]
    found = tree(document(*wide), LINKS, most=7)
    assert flat(found.layers) == ["0", "a", "b", "1", "a", "b", "2"]
    assert found.more == 10 * 3 - 7
    assert tree(document(*wide), LINKS).more == 0


def test_a_line_of_the_policy_is_a_link_and_a_line_of_another_file_its_name() -> None:
    rows = tree(
        document(
            step("a", policy="policy.yaml:12", source="lock file"),
            step("b", policy="policy.yaml:3 (override 2)"),
            step("c", policy="teams/web.yaml:5"),
        ),
        LINKS,
    ).layers
    at = f"https://github.com/example/web/blob/{'d' * 40}/policy.yaml#L"
    assert [[(word.text, word.address) for word in row.aside] for row in rows] == [
        [("lock file", None), ("policy line 12", f"{at}12")],
        [("policy line 3 (override 2)", f"{at}3")],
        [("teams/web.yaml:5", None)],
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("left-pad 1.3.0", "left-pad 1.3.0"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("\u05e9\u05dc\u05d5\u05dd-\u05e2 1.0.0 is", "<bdi>\u05e9\u05dc\u05d5\u05dd-\u05e2</bdi> 1.0.0 is"),
        ("a\u202eb", "a\\u202eb"),
        ("run `git push`.", "run <code>git push</code>."),
        ("one ` alone <i>", "one ` alone &lt;i&gt;"),
    ],
)
def test_words_are_text_and_keep_their_place(text: str, html: str) -> None:
    assert said(text) == html
