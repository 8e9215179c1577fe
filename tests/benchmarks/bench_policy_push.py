"""From the merge of a waiver to green: `python -m tests.benchmarks policy-push [--pulls 100] [--decisions 2000]
[--asked]`.

GitHub is simulated on the same machine, without its limits and with them; docs/performance.md has what came out.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository

STRICT = "version: 1\nlicenses:\n  allow: [permissive]\n"
PLACE = "example/policy/policy.yaml@main"
REPOSITORIES = 5
#: Seconds until a verdict that does not come ends the benchmark.
PATIENCE = 300.0


def waiver(id_: str, package: str) -> str:
    return (
        f"id: {id_}\nrules: [license-not-allowed]\npackage: pkg:npm/{package}\nreason: It is a tool of our own.\n"
        'approved_by: "@grace"\ncreated: 2026-11-20\nexpires: 2027-03-31\n'
    )


def run(pulls: int, decisions: int, limits: bool) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder), OSPO_GATE_POLICY=PLACE, OSPO_GATE_GITHUB_PACING="off") as stage,
    ):
        stage.sim.limits.enabled = limits
        files = {f"waivers/{n:04}.yaml": waiver(f"W-{n:04}", f"other-{n}") for n in range(decisions)}
        central = stage.sim.create_repository("example", "policy", files={"policy.yaml": STRICT, **files})
        changes = _pulls(stage, pulls)
        _until(stage, changes, "failure")
        stage.settle()
        if limits:
            stage.stop_service()
            stage.settings["OSPO_GATE_GITHUB_PACING"] = "on"
            stage.start_service()
            stage.sim.advance(3_600)  # what was asked before counts no more
            stage.sim.limits.use_secondary()
        _merged(stage, central, changes, f"{'with' if limits else 'without'} limits, {decisions:,} decisions")


def _merged(stage: Stage, central: Repository, changes: Sequence[Pull], what: str) -> None:
    stage.sim.reset_counts()
    began = time.monotonic()
    granted = {"waivers/granted.yaml": waiver("W-granted", "glyph-core")}
    central.commit("main", granted, f"Grant it\n\n{SIGNED}", stage.ada)
    times = _until(stage, changes, "success")
    first, last = min(times) - began, max(times) - began
    kinds = Counter(request.kind for request in stage.sim.requests)
    print(
        f"  {what}: {len(changes)} blocked pull requests are green after {first:.2f} to {last:.2f} s, "
        f"{kinds['graphql']} requests of GraphQL and {kinds['rest']} of REST",
        flush=True,
    )


def asked(pulls: int, limits: bool) -> None:
    """The same where all of them asked for it: each is told in a comment of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder), OSPO_GATE_POLICY=PLACE, OSPO_GATE_GITHUB_PACING="off") as stage,
    ):
        stage.sim.limits.enabled = False
        stage.sim.world.installations[stage.installation].permissions["contents"] = "write"
        policy = f'{STRICT}approvers: {{default: "@grace"}}\n'
        central = stage.sim.create_repository("example", "policy", private=True, files={"policy.yaml": policy})
        changes = _pulls(stage, pulls)
        _until(stage, changes, "failure")
        (id_,) = {_finding(stage, change) for change in changes}
        for change in changes:
            stage.sim.comment(change.repository, change.number, stage.ada, f"/ospo-gate waive {id_} we need it")
        _until(stage, changes, "action_required")
        stage.until(lambda: central.pulls, "a pull request on the policy repository")
        stage.until(lambda: stage.waiting() <= 1, "nobody asks any more", PATIENCE)  # the matter looks again in hours
        (decided,) = central.pulls.values()
        if limits:
            stage.stop_service()
            stage.settings["OSPO_GATE_GITHUB_PACING"] = "on"
            stage.start_service()
            stage.sim.advance(3_600)  # what was asked before counts no more
            stage.sim.limits.enabled = True
            stage.sim.limits.use_secondary()
        stage.sim.reset_counts()
        began = time.monotonic()
        decided.merge(stage.sim.create_user("grace"))
        last = max(_until(stage, changes, "success")) - began
        stage.until(lambda: all(_granted(stage, change) for change in changes), "all are told", PATIENCE)
        kinds = Counter(request.kind for request in stage.sim.requests)
        print(
            f"  {'with' if limits else 'without'} limits, all asked: {len(changes)} are green after {last:.2f} s "
            f"and told after {time.monotonic() - began:.2f} s, {kinds['graphql']} requests of GraphQL and "
            f"{kinds['rest']} of REST",
            flush=True,
        )


def _finding(stage: Stage, change: Pull) -> str:
    summary = stage.runs(change.repository, change.head_sha)["ospo-gate"]["output"]["summary"]
    return str(summary).partition("`")[2].partition("`")[0]


def _granted(stage: Stage, change: Pull) -> bool:
    return any("was granted" in comment["body"] for comment in stage.own_comments(change))


def _pulls(stage: Stage, count: int) -> list[Pull]:
    made = [stage.sim.create_repository("example", f"web-{n}", files=CLEAN) for n in range(REPOSITORIES)]
    changes = []
    for number in range(count):
        repository, branch = made[number % REPOSITORIES], f"change-{number}"
        repository.commit(branch, {**COPYLEFT, "serial.txt": f"{number}"}, f"Change {number}\n\n{SIGNED}", stage.ada)
        changes.append(repository.open_pull(head=branch, base="main", title="Change", author=stage.ada))
    return changes


def _until(stage: Stage, changes: Sequence[Pull], conclusion: str) -> list[float]:
    """When each of them had a verdict that says so."""
    left, times, end = list(changes), [], time.monotonic() + PATIENCE
    while left:
        assert time.monotonic() < end, f"{len(left)} are not: {conclusion}"
        done = [
            change
            for change in left
            if stage.runs(change.repository, change.head_sha).get("ospo-gate", {}).get("conclusion") == conclusion
        ]
        times += [time.monotonic()] * len(done)
        left = [change for change in left if change not in done]
        time.sleep(0.05)
    return times


def main(options: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks policy-push")
    parser.add_argument("--pulls", type=int, default=100)
    parser.add_argument("--decisions", type=int, default=2_000)
    parser.add_argument("--only", choices=("limits", "unlimited"))
    parser.add_argument("--asked", action="store_true", help="only where all of them asked for it")
    chosen = parser.parse_args(list(options))
    for limits in (False, True):
        if chosen.only in (None, "limits" if limits else "unlimited"):
            if not chosen.asked:
                run(chosen.pulls, 0 if limits else chosen.decisions, limits)
            asked(chosen.pulls, limits)
    if chosen.only is None and not chosen.asked:
        run(chosen.pulls, 0, limits=False)
