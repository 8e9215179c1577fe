"""`ospo-gate vex`: what the policy's decisions say about the vulnerabilities of a tree, for those who use it."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.cache import InventoryFiles
from app.cli.check import repository_of, source_of
from app.cli.known import Knowledge
from app.cli.output import check_target, say, write_file
from app.cli.policy_files import named_policies, remote_of
from app.cli.revisions import revisions_of
from app.facts.lookup import FactChain
from app.gate import Gate, Judged
from app.policies import PolicyPlace
from app.settings import CommandEnvironment, Workflow, command_environment
from app.version import VERSION
from checks.advisories.vex_bill import VexBill
from checks.advisories.vex_write import NEVER_EMPTY, WRITERS
from checks.engine.vex import CHECK, Edition, vex_bill
from checks.model.errors import UsageError
from checks.model.facts import Facts
from checks.model.phrase import visible
from checks.model.purl import package, versioned
from checks.render.encode import encode


def run(options: argparse.Namespace) -> int:
    """0; 1 where nothing is decided, and the format has no document that says nothing. What could not be asked about is
    said on standard error."""
    environment = command_environment()
    if options.output:
        check_target(Path(options.output))
    now = _moment(options.at)
    judged = _judged(options, environment, now)
    if CHECK not in judged.policy.sections:
        hint = "Add `vulnerabilities: {}` and the waivers to the policy, or name another one with --policy."
        raise UsageError(f"{judged.policy.reference.source} decides nothing about vulnerabilities", hint=hint)
    edition = _edition(options, environment, judged)
    bill = vex_bill(judged.plan, judged.facts, judged.policy, now, edition)
    if not bill.said and options.format in NEVER_EMPTY:
        print("Nothing is decided about a known vulnerability, so no document is written.", file=sys.stderr)
        _summarize(judged, bill)
        return 1
    text = encode(WRITERS[options.format](bill))
    if options.output:
        write_file(Path(options.output), text)
    else:
        say(text)
    _summarize(judged, bill)
    return 0


def _judged(options: argparse.Namespace, environment: CommandEnvironment, now: datetime) -> Judged:
    """Everything in the tree, with what is known of its vulnerabilities."""
    file = Path(options.facts) if options.facts else environment.facts
    if not file and not options.online:
        hint = "Give --facts FILE (ospo-gate facts --help) or --online."
        raise UsageError("nothing is known of vulnerabilities", hint=hint)
    whole = argparse.Namespace(path=options.path, all=True, base=None, head=None)
    source, root = source_of(whole, revisions_of(whole, Workflow()))
    given = named_policies(options.policy, environment) if options.policy else None
    facts = Facts(repository=repository_of(options, environment))
    gate = Gate(
        policies=PolicyPlace(given=given) if given else PolicyPlace(remote=remote_of(environment), folders=True),
        facts=FactChain(facts, ()),
        clock=lambda: now,
        cache=InventoryFiles(environment.cache) if environment.cache and not options.no_cache else None,
        only=frozenset({CHECK}),
    )
    known = Knowledge(facts, (), file, root if options.online else None)
    return known.run(lambda chain: replace(gate, facts=chain).judge(source), gate.only)


def _moment(text: str | None) -> datetime:
    """UTC, in whole seconds."""
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at: expected a date and time such as 2026-11-20T12:00:00Z, not '{text}'") from None
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).replace(microsecond=0)


def _edition(options: argparse.Namespace, environment: CommandEnvironment, judged: Judged) -> Edition:
    name = judged.report.repository.name
    owner = name.partition("/")[0] if name else None
    author = options.author or owner
    if not author:
        hint = "Give --author, or --repository-name OWNER/NAME."
        raise UsageError("a VEX document names who says it", hint=hint)
    server = environment.server_url or "https://github.com"
    contact = judged.policy.root.owner.contact
    url = options.author_url or (str(contact) if contact else f"{server}/{owner}" if owner else None)
    if url is None and options.format == "csaf":
        raise UsageError("CSAF names an address of its publisher", hint="Give --author-url https://….")
    return Edition(
        author=author,
        author_url=url or "",
        product=options.name or name or Path(options.path).resolve().name,
        product_purl=_purl(name, judged) if name else "",
        tool_version=VERSION,
        internal=options.internal,
        undecided=options.undecided,
    )


def _purl(name: str, judged: Judged) -> str:
    owner, _, repository = name.partition("/")
    return versioned(package("github", repository, owner), judged.report.head or None) if repository else ""


def _summarize(judged: Judged, bill: VexBill) -> None:
    """On standard error: how much was said, and about what nothing could be."""
    silent = [item for item in judged.report.findings if item.rule == "advisories-unknown"]
    print(f"{_many(len(bill.said), 'statement')}.", file=sys.stderr)
    if silent:
        few: Sequence[str] = [visible(str(item.subject), 80) for item in silent[:3]]
        more = f" and {len(silent) - 3:,} more" if len(silent) > 3 else ""
        print(f"Whether these have vulnerabilities could not be asked: {', '.join(few)}{more}.", file=sys.stderr)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
