"""Licenses: verdicts a second over an inventory, of statements never seen before, and what the license data costs.

Run: python -m tests.benchmarks.bench_licenses [package-lock.json …]

Without files the inventory is generated: as many packages as a large front end has, with the statements that packages
make and how often they make them.
"""

import argparse
import itertools
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from checks.licenses.judge import Judge, Terms, Verdicts
from checks.manifests import read, recognize
from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Location, Scope
from checks.model.facts import Facts
from checks.rules.licenses import judge_dependency
from checks.rules.licenses.circumstances import Lists, held_for
from checks.rules.licenses.section import LicensesSection
from tests.benchmarks.bench_dco import best
from tests.rules.licensing import NOW, section

PACKAGES = 2_761
#: How many of a thousand packages say what.
STATEMENTS = {
    "MIT": 800,
    "ISC": 70,
    "Apache-2.0": 45,
    "BSD-3-Clause": 25,
    "BSD-2-Clause": 18,
    "(MIT OR CC0-1.0)": 8,
    "CC0-1.0": 6,
    "0BSD": 4,
    "MPL-2.0": 4,
    "BlueOak-1.0.0": 4,
    "Python-2.0": 3,
    "Unlicense": 3,
    "(MIT AND Zlib)": 2,
    "CC-BY-4.0": 2,
    "(BSD-2-Clause OR MIT OR Apache-2.0)": 2,
    "GPL-3.0-or-later": 2,
    "SEE LICENSE IN LICENSE": 2,
}
#: Ids to combine, so that no expression was seen before: common and rare, old, with exceptions, unknown.
_IDS = (
    "MIT ISC Apache-2.0 BSD-3-Clause MPL-2.0 GPL-2.0+ LGPL-2.1 EPL-2.0 Zlib AFL-3.0 0BSD Artistic-2.0 CDDL-1.0 Foo-1.0 "
    "GPL-2.0-only@WITH@Classpath-exception-2.0 AGPL-3.0-only Unlicense CC0-1.0 PSF-2.0 LicenseRef-Acme"
)
IDS = [name.replace("@", " ") for name in _IDS.split()]

#: What packages declare that is no expression, as people write it: read anew each time.
FREE_TEXT = (
    "MIT License",
    "The MIT License (MIT)",
    "MIT/X11",
    "Apache 2.0",
    "Apache License, Version 2.0",
    "The Apache Software License, Version 2.0",
    "Apache-2.0 AND BSD",
    "BSD",
    "BSD 3-Clause",
    "3-Clause BSD License",
    'BSD 3-Clause "New" or "Revised" License (BSD-3-Clause)',
    "New BSD",
    "ISC License (ISCL)",
    "GPLv3",
    "GPL (>= 2)",
    "GPL-2+ or Artistic",
    "GNU General Public License v3 or later (GPLv3+)",
    "GNU GPL version 2, or (at your option) any later version",
    "GNU General Public License, version 2, with the classpath exception",
    "GNU Lesser General Public License v2.1",
    "LGPLv2+",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "Eclipse Public License - v 2.0",
    "CDDL/GPLv2+CE",
    "Boost Software License 1.0 (BSL-1.0)",
    "Creative Commons Attribution 4.0 International (CC BY 4.0)",
    "Public Domain",
    "Vovida Software License 1.0",
    "Python Software Foundation License",
    "zlib/libpng",
    "MIT/Apache-2.0",
    "MIT, Apache 2.0",
    "Apache2 OR MIT",
    "Dual MIT/GPL",
    "MIT + file LICENSE",
    "License :: OSI Approved :: MIT License",
    "License :: OSI Approved :: BSD License",
    "License :: OSI Approved :: Apache Software License",
    '{"type": "MIT", "url": "https://example.com/license"}',
    '[{"type": "MIT"}, {"type": "Apache2"}]',
    "https://opensource.org/licenses/MIT",
    "http://www.apache.org/licenses/LICENSE-2.0.txt",
    "https://www.eclipse.org/legal/epl-2.0/, https://www.apache.org/licenses/LICENSE-2.0",
    "https://github.com/example/project/blob/main/LICENSE",
    "MIT-style",
    "Dual License",
    "All rights reserved",
    "Copyright (c) 2021 Ada",
)


def generated() -> list[Dependency]:
    raw = [text for text, count in STATEMENTS.items() for _ in range(count)]
    return [
        Dependency(
            f"pkg:npm/package-{number}",
            f"package-{number}",
            "1.0.0",
            Location("package-lock.json", number),
            Scope.DEVELOPMENT if number % 3 == 2 else Scope.RUNTIME,
            license=raw[number * 7_919 % len(raw)],
        )
        for number in range(PACKAGES)
    ]


def given(paths: Sequence[str]) -> list[Dependency]:
    found: list[Dependency] = []
    for path in map(Path, paths):
        format_ = recognize(path.name)
        if format_ is None:
            raise SystemExit(f"{path} is no lock file")
        found += read(format_, path.as_posix(), path.read_bytes()).dependencies
    return found


def rate(what: str, count: int, run: Callable[[], object]) -> None:
    print(f"{what:64} {count / best(run):14,.0f}/s")


def over_an_inventory(dependencies: Sequence[Dependency]) -> None:
    """One look-up a package once each distinct statement was judged, and the whole check."""
    changes = [
        Change(ChangeKind.ADDED, item.purl, item.name, item.version, (Place(item, (item,)),)) for item in dependencies
    ]
    stated = [change for change in changes if change.places[0].dependency.license]
    for name, policy in policies().items():
        lists: dict[int, Lists] = {}
        asked = []
        for change in stated:
            for _, held in held_for(change, Facts(), policy):
                lists[id(held)] = held
                asked.append((held.judge.verdicts, change.places[0].dependency.license or ""))

        rate(f"{name}: verdicts of {len(stated):,} packages", len(asked), partial(_look_up, asked))
        rate(f"{name}: the whole check, with its findings", len(stated), partial(_check, stated, policy))
        judged = [len(each.judge.verdicts) for each in lists.values()]
        print(f"{'':4}{len(lists)} policy contexts, distinct statements judged in each: {judged}")


def _look_up(asked: Sequence[tuple[Verdicts, str]]) -> None:
    for known, text in asked:
        known[text]


def _check(changes: Sequence[Change], policy: LicensesSection) -> None:
    for change in changes:
        for _ in judge_dependency(change, Facts(), policy, NOW):
            pass


def policies() -> dict[str, LicensesSection]:
    return {
        "lists": section("{allow: [permissive, public-domain], development: {allow_also: [weak-copyleft]}}"),
        "contexts and exceptions": section(
            "{deny: [network-copyleft], development: {allow_also: [strong-copyleft]}, own: [{path: '*', context: "
            "hosted}], contexts: {hosted: {allow_also: [weak-copyleft]}}, exceptions: ["
            + ", ".join(f"{{package: pkg:npm/package-{n}, allow: [MPL-2.0], reason: x}}" for n in range(0, 2_000, 100))
            + "]}"
        ),
    }


def never_seen() -> None:
    policy = section("{allow: [permissive, MPL-2.0], deny: [network-copyleft]}")
    terms = Terms(tuple(i.value for i in policy.allow), tuple(i.license.value for i in policy.deny))
    two = [f"{a} {word} {b}" for a, b in itertools.permutations(IDS, 2) for word in ("AND", "OR")]
    three = [
        f"{a} {first} ({b} {second} {c})"
        for a, b, c in itertools.permutations(IDS, 3)
        for first, second in (("AND", "OR"), ("OR", "AND"))
    ]
    for what, expressions in (("two", two), ("three", three)):
        rate(
            f"never seen before: {len(expressions):,} expressions of {what} licenses",
            len(expressions),
            partial(_judge_all, terms, expressions),
        )
    rate(
        f"never seen before: {len(FREE_TEXT)} kinds of free text",
        len(FREE_TEXT),
        partial(_judge_all, terms, FREE_TEXT),
    )


def _judge_all(terms: Terms, expressions: Sequence[str]) -> None:
    judge = Judge(terms)
    for text in expressions:
        judge.judge(text)


#: Cost above a bare interpreter: what a run pays that meets common ids only, and one that opens the index.
STARTS = {
    "start: common ids": "from checks.licenses.judge import Judge, Terms; Judge(Terms()).judge('MIT OR GPL-3.0-only')",
    "start: free text": "from checks.licenses.judge import Judge, Terms; Judge(Terms()).judge('Apache 2')",
    "start: the index and every name": "from checks.licenses.judge import Judge, Terms; Judge(Terms()).judge('TCL/TK')",
    "start: the whole index": "from checks.licenses.judge import Judge, Terms; Judge(Terms()).judge('Watcom-1.0')",
}


def starts() -> None:
    bare = started("pass")
    for what, code in STARTS.items():
        print(f"{what:64} {(started(code) - bare) * 1000:13.1f} ms above {bare * 1000:.1f} ms of a bare interpreter")


def started(code: str) -> float:
    """Processor seconds of the cheapest of fifteen processes."""
    times = []
    for _ in range(15):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="lock files that carry licenses")
    options = parser.parse_args(arguments)
    over_an_inventory(given(options.files) if options.files else generated())
    never_seen()
    starts()


if __name__ == "__main__":
    main(sys.argv[1:])
