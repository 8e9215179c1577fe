"""Sign-off: commits a second in each mode, with remediation, and with messages of a megabyte; and the whole command
beside `git log` alone.

Run: python -m tests.benchmarks dco
"""

import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from checks.model.commit import Commit, Person
from checks.model.facts import Facts
from checks.model.snapshot import Listing, Snapshot
from checks.rules.signoff import judge_pull
from checks.signoffs.matching import SignoffMode
from checks.signoffs.terms import RemediationPolicy, SignoffSection
from tests.signoffs.examples import NOW, commit, sha
from tests.signoffs.histories import history

COMMITS = 20_000
PEOPLE = [Person(f"Person {number} Ünï", f"person{number}@example.org") for number in range(300)]
WORDS = ["".join(word) for word in itertools.product("etaoin", "srhld", "ucmf", "wyp", "gbvk")]
BODY = "Change a thing\n\n" + "A line of prose that explains the reason at usual length.\n" * 6 + "\nFixes: #1\n"


def signed(count: int, body: str = BODY) -> list[Commit]:
    """Commits that pass; one in ten has a second sign-off."""
    made = []
    for number in range(1, count + 1):
        person = PEOPLE[number % len(PEOPLE)]
        review = "Signed-off-by: Maintainer <maintainer@example.org>\n" if number % 10 == 0 else ""
        made.append(commit(f"{body}Signed-off-by: {person.name} <{person.email}>\n{review}", person, number=number))
    return made


def remediated(count: int) -> list[Commit]:
    """Half of the commits are unsigned, the other half signs one of them each."""
    made = []
    for number in range(1, count + 1, 2):
        person = PEOPLE[number % len(PEOPLE)]
        name = f"{person.name} <{person.email}>"
        line = f"I, {name}, hereby add my Signed-off-by to this commit: {sha(number)}"
        made.append(commit(BODY, person, number=number))
        made.append(commit(f"Remediation\n\n{line}\n\nSigned-off-by: {name}\n", person, number=number + 1))
    return made


def best(run: Callable[[], object], rounds: int = 5) -> float:
    """Processor seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        run()
        times.append(time.process_time() - started)
    return min(times)


def measure(what: str, commits: Sequence[Commit], mode: SignoffMode, remediation: bool = False) -> None:
    snapshot = Snapshot(Listing("b" * 40, "", (), tuple(commits)))
    section = SignoffSection(mode=mode, remediation=RemediationPolicy(remediation, remediation))
    failing = len(judge_pull(snapshot, Facts(), section, NOW).observations)
    seconds = best(lambda: judge_pull(snapshot, Facts(), section, NOW))
    rate = len(commits) / seconds
    print(f"{what:40} {len(commits):7,} commits {failing:7,} fail {seconds * 1000:9.1f} ms {rate:11,.0f}/s")


class Spent(NamedTuple):
    """Of a whole process."""

    wall: float
    """Seconds of the fastest round."""
    processor: float
    """Seconds of the round that needed the least, children included: what holds on a machine that others use."""


def spent(commands: Mapping[str, Sequence[str]], folder: Path, rounds: int = 9) -> dict[str, Spent]:
    """By name. The commands take turns, so that the load of the machine is the same for all."""
    found: dict[str, list[Spent]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            started = time.perf_counter()
            process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0
            found[name].append(Spent(time.perf_counter() - started, used.ru_utime + used.ru_stime))
    return {name: Spent(*map(min, zip(*rows, strict=True))) for name, rows in found.items()}


def written(number: int, choose: random.Random = random.Random(1)) -> tuple[str, str]:  # noqa: B008 - one sequence
    """A person and a message of words that compress as prose does, with 2 to 14 lines."""
    who = f"Person {number % 300} Ünï <person{number % 300}@example.org>"
    lines = (" ".join(choose.choice(WORDS) for _ in range(11)) for _ in range(choose.choice([2, 5, 8, 14])))
    return who, f"Change {number}\n\n{chr(10).join(lines)}\n\nSigned-off-by: {who}\n"


def beside_git() -> None:
    """The command over a branch of a real, packed repository, and git's own listing of the same commits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        history(folder, COMMITS, written)
        subprocess.run(["git", "repack", "-adfq"], cwd=folder, check=True)
        gate = str(Path(sys.executable).with_name("ospo-gate"))
        commands = {"git log": ["git", "log", "main..work"], "check": [gate, "check", "--base", "main", "--no-cache"]}
        found = spent(commands, folder)
        for name, of in found.items():
            print(f"{name:10} {COMMITS:7,} commits {of.wall * 1000:9.1f} ms {of.processor * 1000:9.1f} ms of processor")
        plain, ours = found["git log"], found["check"]
        print(f"check: {ours.wall / plain.wall:.2f} times git log, {ours.processor / plain.processor:.2f} of processor")


def main() -> None:
    beside_git()
    ascii_only, other = signed(COMMITS), signed(COMMITS, BODY.replace("prose", "prósa"))
    for mode in SignoffMode:
        measure(f"{mode}", ascii_only, mode)
        measure(f"{mode}, messages beyond ASCII", other, mode)
        measure(f"{mode}, remediation allowed", ascii_only, mode, remediation=True)
    for count in (COMMITS // 4, COMMITS, COMMITS * 4):
        measure("dcoapp, half remediated", remediated(count), SignoffMode.DCOAPP, remediation=True)
    measure(
        "dcoapp, all unsigned, with findings", [commit(BODY, number=n) for n in range(1, COMMITS)], SignoffMode.DCOAPP
    )
    for mode in SignoffMode:
        hostile = commit("Title\n\nSigned-off-by: " + " <" * 500_000)
        measure(f"{mode}, one message of 1 MB", [hostile], mode, remediation=True)


if __name__ == "__main__":
    main()
