"""The sections `signoff` and `agreements` in words: what who contributes has to do."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.model.phrase import Phrase, join, say
from checks.policy_page.page import Address, Block, Bullets, Paragraph
from checks.policy_page.words import Say, Scene, choice, inside, listed, quoted, sentence, shown

_DCO = Address("https://developercertificate.org")


def _require(value: Any, _scene: Scene) -> Iterator[Block]:
    if value == "nobody":
        yield Paragraph(("Nobody has to sign off commits.",))
        return
    who = "Every commit is" if value == "everyone" else "Every commit of somebody outside the organization is"
    yield Paragraph(
        (
            f"{who} signed off: a line “Signed-off-by: Name <address>” in its message says that you may contribute it, "
            "as the Developer Certificate of Origin has it: ",
            _DCO,
        )
    )
    if value == "non-members":
        yield Paragraph(("Members of the organization need a verified signature on their commits instead.",))
    yield Paragraph(("To sign off:",))
    yield Bullets(
        (
            say("a new commit: {}", "git commit --signoff"),
            say(
                "the last commit: {}, then {}", "git commit --amend --no-edit --signoff", "git push --force-with-lease"
            ),
            say("all commits of a branch: {}, then {}", "git rebase --signoff main", "git push --force-with-lease"),
        )
    )


def _remediation(value: Any, _scene: Scene) -> Iterator[Block]:
    if not value.individual:
        yield Paragraph(("A commit is signed off by itself; a later commit cannot do it for an earlier one.",))
        return
    who = "the same author, or somebody else on the author’s behalf," if value.third_party else "the same author"
    yield Paragraph((f"A later commit of {who} may sign off an earlier one (remediation commit).",))


def _generated(value: Any, scene: Scene) -> Iterator[Block]:
    said = {
        "noted": "What commits tell of tools that helped is noted.",
        "required": "A bot or coding agent among the people of a commit is also named in an Assisted-by or "
        "Generated-by trailer.",
    }
    if value.declare != "off":
        yield Paragraph((said[value.declare.value],))
    if value.agents and scene.internal:
        yield sentence("Taken for agents, too: {}.", listed(value.agents))


SIGNOFF: Mapping[str, Say] = {
    "require": _require,
    "mode": choice(
        {
            "dcoapp": "The sign-off has the name and address of the author or committer.",
            "strict": "The sign-off stands at the end of the message, has name and address of one person together, and "
            "co-authors sign off, too.",
            "lenient": "The sign-off has the name and address of the author or committer; how they are written, and "
            "GitHub’s private addresses, do not matter.",
        }
    ),
    "remediation": _remediation,
    "repository_file": choice(
        {
            "tighten": "A repository may ask for more in its .github/dco.yml.",
            "honor": "The .github/dco.yml of a repository decides who signs off and which remediation commits count.",
            "ignore": "The .github/dco.yml of a repository does not count.",
        }
    ),
    "generated": _generated,
}


def _documents(value: Any, scene: Scene) -> Iterator[Block]:
    if not value:
        yield Paragraph(("There is nothing to sign.",))
        return
    yield Paragraph(
        (
            "Before a first contribution is merged, its authors sign an agreement. The gate comments on the pull "
            "request and says how: on a page after signing in with GitHub, or by a comment with the words that it "
            "names. A signature counts for all later contributions.",
        )
    )
    yield Bullets(tuple(_document(item, scene) for item in value))


def _document(item: Any, scene: Scene) -> Phrase:
    kinds = {"individual": "people", "corporate": "companies", "both": "people and companies"}
    said: list[Phrase] = [say("{} version {}, for {}", str(item.name), str(item.version), (kinds[item.kind.value],))]
    said.append(say("text: {}", str(item.text)))
    if item.sha256:
        said.append(say("SHA-256 {}", str(item.sha256)))
    if item.compatible_with:
        said.append(say("signatures of version {} still count", listed(item.compatible_with, " or ")))
    if item.since:
        said.append(("needed from ", *shown(item.since)))
    if item.grace:
        said.append((f"earlier versions count for {item.grace} longer",))
    if item.instead_of:
        said.append(say("stands for {}", listed(item.instead_of)))
    if item.kind != "individual":
        own = (
            "each person says once that they contribute for it" if item.corporate.acknowledge else "nobody need say so"
        )
        said.append((f"of a company that signed, {own}",))
    if item.fields:
        said.append(("the form asks for ", *join(_field(entry) for entry in item.fields)))
    if item.phrase:
        said.append(say("to sign by comment: {}", str(item.phrase)))
    said += _where_needed(item, scene)
    if item.contact:
        said.append(("questions: ", *shown(item.contact)))
    if item.reason:
        said.append(quoted(item.reason))
    return join(said, "; ")


def _field(entry: Any) -> Phrase:
    word = "needed" if entry.required else "if you like"
    return (*say("{} ({}, {})", str(entry.label), str(entry.name), (entry.type.value,)), f" {word}")


def _where_needed(item: Any, scene: Scene) -> list[Phrase]:
    if not (item.repositories or item.properties):
        return [("in all repositories",)]
    if not scene.internal:
        return [("in some repositories",)]
    found = [say("in {}", listed(item.repositories))] if item.repositories else []
    return [*found, *(say("where {} is {}", name, listed(values, " or ")) for name, values in item.properties.items())]


def _required(value: Any, _scene: Scene) -> Iterator[Block]:
    who = ["Authors"]
    who += ["those who commit what others wrote"] if value.committers else []
    who += ["co-authors"] if value.co_authors else []
    yield Paragraph((f"{', '.join(who[:-1])} and {who[-1]} sign." if len(who) > 1 else f"{who[0]} sign.",))


def _trivial(value: Any, _scene: Scene) -> Iterator[Block]:
    limits = [f"{limit} changed {noun}" for limit, noun in ((value.files, "files"), (value.lines, "lines")) if limit]
    if limits:
        yield Paragraph((f"A change with fewer than {' and fewer than '.join(limits)} needs no signature.",))


def _exempt(value: Any, scene: Scene) -> Iterator[Block]:
    if value.accounts:
        yield Paragraph(("Bots need not sign.",))
    others = (
        ("accounts", value.logins),
        ("members of", (*value.teams, *value.organizations)),
        ("addresses", value.emails),
    )
    if not scene.internal:
        if any(names for _, names in others):
            yield Paragraph(("People of the organization need not sign.",))
        return
    for kind, names in others:
        if names:
            yield sentence(f"Need not sign: {kind} {{}}.", listed(names))


AGREEMENTS: Mapping[str, Say] = {
    "documents": _documents,
    "require": _required,
    "trivial": _trivial,
    "exempt": _exempt,
    "match_logins": inside(
        choice(
            {
                True: "An imported signature without an account’s number counts for whoever has the login today.",
                False: "An imported signature counts only with the number of an account.",
            }
        )
    ),
}
