"""Whether a version is what a range asks for, against the tools' own rules."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from checks.manifests.ranges import satisfies

EXAMPLES = """
npm       ^1.2.3            1.9.0        yes
npm       ^0.2.3            0.3.0        no
npm       ^0.0.3            0.0.4        no
npm       ~1.2              1.2.9        yes
npm       ~1.2              1.3.0        no
npm       1.x               1.9.9        yes
npm       1.2.3 - 2.3       2.3.9        yes
npm       ^1 || ^3          3.0.1        yes
npm       >=1.0.0 <2.0.0    2.0.0-rc.1   no
npm       ^1.2.3-beta.2     1.2.3-beta.4  yes
npm       ^1.2.3-beta.2     1.2.4-beta.2  no
npm       *                 1.0.0-rc.1   yes
npm       latest            1.0.0        cannot tell
npm       ^1                main         cannot tell
cargo     1.2               1.9.0        yes
cargo     0.3.1             0.4.0        no
cargo     =1.2.3            1.2.4        no
cargo     >=1, <2           2.0.0        no
cargo     1.*               1.3.0        yes
pypi      >=1.2,<2          1.9          yes
pypi      ~=1.4.2           1.5          no
pypi      ==1.*             1.9          yes
pypi      !=1.5             1.5.0        no
pypi      (>=1)             1.0          yes
pypi      <2                2.0rc1       no
pypi      @ https://x       1            cannot tell
poetry    ^1.2              1.9          yes
poetry    ^0.2.3            0.3.0        no
poetry    ~1.2.3            1.2.9        yes
poetry    1.2.3             1.2.4        no
poetry    >=1,<2 || >=3     3.1          yes
poetry    >= 1.2, < 2       1.3          yes
composer  ^1.2              v1.9.0       yes
composer  ~1.2              2.0.0        no
composer  ~1.2.3            1.3.0        no
composer  1.0.*             1.0.7        yes
composer  ^5.4 || ^6.0      6.1.0        yes
composer  1.0 - 2.0         2.0.9        yes
composer  ^1.0@dev          1.1.0        yes
composer  dev-main          dev-main     cannot tell
gem       ~> 2.2            2.9          yes
gem       ~> 2.2.1          2.3.0        no
gem       >= 1, < 3         3.0          no
hackage   ^>= 1.2           1.2          cannot tell
"""


@pytest.mark.parametrize("row", [line for line in EXAMPLES.splitlines() if line])
def test_examples(row: str) -> None:
    notation, _, rest = row.partition(" ")
    *words, answer = (word for word in rest.split("  ") if word.strip())
    range_, version = (word.strip() for word in words)
    assert satisfies(notation, range_, version) is {"yes": True, "no": False}.get(answer.strip())


_number = st.sampled_from(["0", "1", "2", "10"])
_pre = st.sampled_from(["", "a1", "b2", "rc1"])
_tail = st.sampled_from(["", ".post1", ".dev2", ".post1.dev1"])
_release = st.lists(_number, min_size=1, max_size=4).map(".".join)
_python = st.builds(lambda release, pre, tail: release + pre + tail, _release, _pre, _tail)
_clause = st.one_of(
    st.builds(lambda op, v: op + v, st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~=", "==="]), _python),
    st.builds(lambda op, v: f"{op}{v}.*", st.sampled_from(["==", "!="]), _release),
)


@given(st.lists(_clause, max_size=3).map(",".join), st.one_of(_python, _python.map(lambda v: v + "+local.1")))
def test_python_as_the_library_of_the_specification_reads_it(range_: str, version: str) -> None:
    try:
        expected = SpecifierSet(range_).contains(version, prereleases=True)
    except InvalidSpecifier:
        expected = None
    assert satisfies("pypi", range_, version) is expected


@given(
    st.sampled_from(["npm", "cargo", "pypi", "poetry", "composer", "gem", "?"]),
    st.text(max_size=40),
    st.text(max_size=20),
)
def test_no_text_raises(notation: str, range_: str, version: str) -> None:
    assert satisfies(notation, range_, version) in (True, False, None)


@pytest.mark.parametrize("range_", ["^" * 900, "1 || " * 300, "1." * 450, "9" * 900, ">=1 " * 200, "(" * 1000])
def test_long_ranges_cost_nothing(range_: str) -> None:
    for notation in ("npm", "cargo", "pypi", "poetry", "composer", "gem"):
        satisfies(notation, range_, "1.0.0")


_SCRIPT = """
const semver = require(process.argv[1]);
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map(([r, v]) => semver.validRange(r) === null ? null : semver.satisfies(v, r))));
"""


def _semver() -> Path | None:
    """The library that npm itself uses, where npm is installed."""
    try:
        done = subprocess.run(["npm", "root", "--global"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    found = Path(done.stdout.strip()) / "npm" / "node_modules" / "semver"
    return found if found.is_dir() else None


def test_npm_as_npm_reads_it(random_cases: Callable[[int], list[tuple[str, str]]]) -> None:
    library = _semver()
    if library is None:
        pytest.skip("npm is not installed")
    cases = random_cases(5_000)
    done = subprocess.run(
        ["node", "-e", _SCRIPT, str(library)], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    wrong = [
        (range_, version, theirs)
        for (range_, version), theirs in zip(cases, json.loads(done.stdout), strict=True)
        if range_.strip() not in ("*", "x", "X") and satisfies("npm", range_, version) is not theirs
    ]
    assert wrong == []


@pytest.fixture
def random_cases() -> Callable[[int], list[tuple[str, str]]]:
    import random

    chosen = random.Random(7)

    def part() -> str:
        numbers = [chosen.choice("000112") for _ in range(chosen.choice([1, 2, 3, 3]))]
        if chosen.random() < 0.15:
            numbers[-1] = chosen.choice("xX*")
        pre = chosen.choice(["-0", "-alpha", "-beta.2"]) if len(numbers) == 3 and chosen.random() < 0.25 else ""
        return ".".join(numbers) + pre

    def one() -> str:
        if chosen.random() < 0.15:
            return f"{part()} - {part()}"
        operators: list[Any] = ["", "^", "~", ">=", "<=", ">", "<", "=", "~>", ">= ", "v"]
        return " ".join(chosen.choice(operators) + part() for _ in range(chosen.choice([1, 1, 2])))

    def version() -> str:
        pre = chosen.choice(["-0", "-alpha", "-beta.2", "-rc.1"]) if chosen.random() < 0.35 else ""
        return ".".join(chosen.choice("000112") for _ in range(3)) + pre

    return lambda count: [
        (" || ".join(one() for _ in range(chosen.choice([1, 1, 2]))), version()) for _ in range(count)
    ]
