"""Sign-offs in the service: very many commits, and the repository's own file."""

from app.subject import Told
from tests.end_to_end.examples import SIGNED
from tests.jobs.office import Office, Run
from tests.simulator import Pull, Repository

HONOR = "version: 1\nsignoff: {repository_file: honor}\n"
ALLOWED = "allowRemediationCommits: {individual: true}\n"


def many(office: Office, count: int, unsigned: int) -> Pull:
    """A pull request with so many commits, of which one is not signed."""
    repo = office.repository({}, "version: 1\nsignoff: {}\n")
    repo.commit("topic", {"start.txt": "0"}, f"Start\n\n{SIGNED}", office.ada)
    messages = [f"Change {number}" + ("" if number == unsigned else f"\n\n{SIGNED}") for number in range(2, count + 1)]
    repo.commits("topic", [({"a.txt": message}, message, office.ada) for message in messages])
    return repo.open_pull(head="topic", base="main", author=office.ada)


def test_a_thousand_commits_are_all_judged_with_few_requests(run: Run) -> None:
    async def story(office: Office) -> None:
        for unsigned in (3, 760, 999):
            pull = many(office, 1_000, unsigned)
            await office.want(pull)
            office.sim.reset_counts()
            await office.work()
            counted = [seen for seen in office.sim.requests if seen.kind not in ("token", "membership")]
            assert len(counted) <= 12
            assert office.titles(pull) == ["1 to fix"]
            (comment,) = office.sim.comments(pull.repository, pull.number)
            assert f"“Change {unsigned}”" in comment["body"]
            assert "999 commits are fine" in comment["body"]

    run(story)


def remediated(office: Office, repo: Repository) -> Pull:
    """An unsigned commit, and one that signs it."""
    sha = repo.commit("topic", {"a.txt": "1"}, "One", office.ada)
    who = "Ada Lovelace <ada@example.com>"
    line = f"I, {who}, hereby add my Signed-off-by to this commit: {sha}"
    repo.commit("topic", {"a.txt": "2"}, f"Sign\n\n{line}\n\nSigned-off-by: {who}", office.ada)
    return repo.open_pull(head="topic", base="main", author=office.ada)


def test_the_file_of_the_default_branch_counts_as_it_is_today(run: Run) -> None:
    """The branch began before the file was there, and brings one of its own."""

    async def story(office: Office) -> None:
        repo = office.repository({}, HONOR)
        pull = remediated(office, repo)
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["failure"]
        repo.commit("main", {".github/dco.yml": ALLOWED}, "Allow", office.ada)
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["failure", "success"]
        repo.commit("main", {".github/dco.yml": "allowRemediationCommits: {individual: false}\n"}, "Forbid", office.ada)
        pull.push({".github/dco.yml": ALLOWED}, f"Loosen\n\n{SIGNED}", office.ada)
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["failure"]

    run(story)


def test_without_graphql_the_same_file_counts(run: Run) -> None:
    async def story(office: Office) -> None:
        repo = office.repository({".github/dco.yml": ALLOWED}, HONOR)
        pull = remediated(office, repo)
        office.sim.graphql_available = False
        try:
            await office.want(pull)
            await office.work()
        finally:
            office.sim.graphql_available = True
        assert office.conclusions(pull) == ["success"]

    run(story)


def test_the_owners_file_counts_where_the_repository_has_none(run: Run) -> None:
    async def story(office: Office) -> None:
        organization = office.sim.create_repository("example", ".github", files={".github/dco.yml": ALLOWED})
        try:
            told = Told(organization.id, office.installation, "example/.github", organization.node_id)
            await office.service.repositories.seen([told])
            repo = office.repository({}, HONOR)
            pull = remediated(office, repo)
            await office.want(pull)
            await office.work()
            assert office.conclusions(pull) == ["success"]
            repo.commit("main", {".github/dco.yml": "require: {members: true}\n"}, "Decide here", office.ada)
            await office.want(pull)
            await office.work()
            assert office.conclusions(pull) == ["success", "failure"]
        finally:
            organization.delete()

    run(story)
