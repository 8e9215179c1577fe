"""License texts: how many of the license files below some folders are recognized, and how long that takes.

Run: python -m tests.benchmarks.bench_texts [FOLDER…]        for example node_modules of a project; default: this python

A file counts as true where its package has exactly one license file and declares exactly one license.
"""

import json
import os
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from email.parser import HeaderParser
from pathlib import Path

from app.facts.recognizer import decoded
from checks.licenses.statement import Confidence, read
from checks.licenses.tree import License
from checks.texts.files import Role, role
from checks.texts.library import library
from checks.texts.recognize import recognize


def packages(root: Path) -> Iterator[tuple[str, list[Path]]]:
    """The declared license and the license files of every package below a folder."""
    for folder, _, files in os.walk(root):
        here = Path(folder)
        if "package.json" in files:
            try:
                declared = json.loads((here / "package.json").read_bytes()).get("license")
            except (ValueError, AttributeError):
                continue
            yield str(declared), [here / name for name in files if role(name) is Role.LICENSE]
        elif here.suffix == ".dist-info" and "METADATA" in files:
            headers = HeaderParser().parsestr((here / "METADATA").read_text("utf-8", "replace"))
            found = [path for path in here.rglob("*") if path.is_file() and role(path.name) is Role.LICENSE]
            yield str(headers.get("License-Expression") or headers.get("License") or ""), found


def truths(roots: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Declared id and text of every distinct file that can be compared."""
    seen: set[bytes] = set()
    for root in roots:
        for declared, files in packages(Path(root)):
            statement = read(declared)
            certain = statement.confidence in (Confidence.EXACT, Confidence.NORMALIZED)
            if len(files) != 1 or not certain or not isinstance(statement.expression, License):
                continue
            data = files[0].read_bytes()
            text = decoded(data)
            if text is not None and data not in seen:
                seen.add(data)
                yield str(statement.expression), text


def main(roots: Sequence[str] = (sys.prefix,)) -> None:
    start = time.process_time()
    library()
    print(f"the list of licenses: {time.process_time() - start:.2f} s")
    seconds, outcomes = [], Counter[str]()
    for declared, text in truths(roots):
        start = time.process_time()
        found = recognize(text).license
        seconds.append(time.process_time() - start)
        same = found is not None and read(found).text in (declared, declared.replace("-or-later", "-only"))
        outcomes["as declared" if same else "not recognized" if found is None else "another answer"] += 1
    total = max(1, len(seconds))
    for outcome, count in outcomes.most_common():
        print(f"{outcome:15} {count:6} {count / total:6.1%}")
    if seconds:
        middle, mean, worst = statistics.median(seconds), statistics.mean(seconds), max(seconds)
        print(f"per file: {middle * 1e3:.2f} ms median, {mean * 1e3:.2f} mean, {worst * 1e3:.0f} worst")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(sys.argv[1:] or (sys.prefix,))
