"""Pull requests, comparisons, files, blobs and trees over REST."""

import base64
import hashlib
import subprocess
from pathlib import Path

from .conftest import Place
from .git import ENVIRONMENT


def test_a_pull_request_names_its_head_base_and_counts(place: Place) -> None:
    sha = place.repo.commit("feature", {"new.txt": "one\ntwo\n", "src/index.js": None}, "Change", place.ada)
    place.repo.open_pull("feature", title="Hello", author=place.ada)
    data = place.api.get(f"{place.path}/pulls/1").json()
    assert (data["head"]["sha"], data["head"]["label"], data["base"]["ref"]) == (sha, "example:feature", "main")
    assert (data["additions"], data["deletions"], data["changed_files"], data["commits"]) == (2, 1, 2, 1)
    assert data["author_association"] == "MEMBER"
    assert [p["number"] for p in place.api.get(f"{place.path}/pulls?state=open").json()] == [1]
    assert place.api.get(f"{place.path}/pulls/2").status_code == 404


def test_compare_starts_at_the_merge_base(place: Place) -> None:
    start = place.repo.head()
    head = place.repo.commit("feature", {"a.txt": "a\n"}, "Ours", place.ada)
    base = place.repo.commit("main", {"b.txt": "b\n"}, "Theirs", place.ada)
    data = place.api.get(f"{place.path}/compare/{base}...{head}").json()
    assert (data["status"], data["ahead_by"], data["behind_by"]) == ("diverged", 1, 1)
    assert data["merge_base_commit"]["sha"] == start
    assert [f["filename"] for f in data["files"]] == ["a.txt"]
    by_name = place.api.get(f"{place.path}/compare/main...feature").json()
    assert by_name["merge_base_commit"]["sha"] == start
    assert place.api.get(f"{place.path}/compare/main...unknown").status_code == 404


def test_compare_shows_renames_patches_and_binaries(place: Place) -> None:
    text = "".join(f"line {n}\n" for n in range(40))
    base = place.repo.commit("main", {"old.txt": text, "picture.png": b"\0\1"}, "Base", place.ada)
    new = {"old.txt": None, "new.txt": text + "more\n", "picture.png": b"\0\2", "odd näme.txt": "x"}
    head = place.repo.commit("feature", new, "Move", place.ada)
    files = {f["filename"]: f for f in place.api.get(f"{place.path}/compare/{base}...{head}").json()["files"]}
    assert (files["new.txt"]["status"], files["new.txt"]["previous_filename"]) == ("renamed", "old.txt")
    assert files["new.txt"]["patch"].endswith("+more")
    assert "patch" not in files["picture.png"]
    assert files["odd näme.txt"]["patch"] == "@@ -0,0 +1 @@\n+x\n\\ No newline at end of file"
    blob = hashlib.sha1(b"blob 1\0x", usedforsecurity=False).hexdigest()
    assert files["odd näme.txt"]["sha"] == blob


def test_a_very_large_change_has_no_patch(place: Place) -> None:
    base = place.repo.head()
    lines = "".join(f"{n}\n" for n in range(30_000))
    head = place.repo.commit("feature", {"lock.json": lines}, "Lock", place.ada)
    found = place.api.get(f"{place.path}/compare/{base}...{head}").json()["files"][0]
    assert found["additions"] == 30_000
    assert "patch" not in found


def test_caps_of_compare_with_260_commits_and_400_files(place: Place) -> None:
    base = place.repo.head()
    changes = [({f"dir/{n}.txt": f"{n}\n"}, f"Commit {n}", place.ada) for n in range(259)]
    rest = {f"more/{n}.txt": f"{n}\n" for n in range(141)}
    shas = place.repo.commits("big", [*changes, (rest, "Last", place.ada)])
    place.repo.open_pull("big", author=place.ada)
    path = f"{place.path}/compare/{base}...{shas[-1]}"

    whole = place.api.get(path).json()
    assert (whole["total_commits"], len(whole["commits"]), len(whole["files"])) == (260, 250, 300)
    assert whole["commits"][-1]["sha"] == shas[-1]

    seen, url = [], f"{path}?per_page=100"
    counts = []
    while url:
        answer = place.api.get(url)
        seen += [c["sha"] for c in answer.json()["commits"]]
        counts.append(len(answer.json().get("files", [])))
        url = answer.links.get("next", {}).get("url", "")
    assert seen == shas
    assert counts == [300, 0, 0]

    files, url = [], f"{place.path}/pulls/1/files?per_page=100"
    while url:
        answer = place.api.get(url)
        files += answer.json()
        url = answer.links.get("next", {}).get("url", "")
    assert len(files) == 400
    commits = [place.api.get(f"{place.path}/pulls/1/commits?per_page=100&page={n}").json() for n in (1, 2, 3, 4)]
    assert [len(page) for page in commits] == [100, 100, 50, 0]


def test_paging_is_clamped_to_100_and_links_go_over_the_repository_id(place: Place) -> None:
    place.repo.commit("feature", {f"{n}.txt": "" for n in range(120)}, "Many", place.ada)
    place.repo.open_pull("feature")
    answer = place.api.get(f"{place.path}/pulls/1/files?per_page=500")
    assert len(answer.json()) == 100
    assert f"/repositories/{place.repo.id}/pulls/1/files" in answer.links["next"]["url"]
    assert len(place.api.get(answer.links["last"]["url"]).json()) == 20


def test_commits_carry_accounts_and_verification(place: Place) -> None:
    place.sim.create_user("renovate[bot]", email="bot@renovate.example.com", type="Bot")
    bot = place.repo.commit("main", {"a": "1"}, "Bot", ("renovate", "bot@renovate.example.com"))
    unknown = place.repo.commit("main", {"a": "2"}, "Nobody", ("Nobody", "nobody@example.net"), verified=True)
    data = place.api.get(f"{place.path}/commits/{bot}").json()
    assert data["author"]["type"] == "Bot"
    assert data["commit"]["verification"] == {
        "verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None,
    }  # fmt: skip
    data = place.api.get(f"{place.path}/commits/main").json()
    assert (data["sha"], data["author"], data["commit"]["verification"]["reason"]) == (unknown, None, "valid")
    assert data["files"][0]["filename"] == "a"


def test_the_head_of_a_fork_is_read_by_sha_in_the_base_repository(place: Place) -> None:
    grace = place.sim.create_user("grace")
    fork = place.repo.fork(grace)
    sha = fork.commit("patch", {"package.json": "{}\n"}, "From outside", grace)
    pull = place.repo.open_pull("patch", author=grace, head_repository=fork)
    assert place.api.get(f"{place.path}/git/trees/{sha}?recursive=1").status_code == 200
    compared = place.api.get(f"{place.path}/compare/{pull.base_sha}...{sha}").json()
    assert [f["filename"] for f in compared["files"]] == ["package.json"]
    assert place.api.get(f"{place.path}/compare/main...grace:patch").status_code == 200
    assert place.api.get(f"{place.path}/compare/main...patch").status_code == 404
    assert place.api.get("/repos/grace/web-shop").status_code == 404
    data = place.api.get(f"{place.path}/pulls/{pull.number}").json()
    assert data["head"]["repo"]["full_name"] == "grace/web-shop"
    assert place.repo.git.ref("refs/pull/1/head") == sha
    fork.delete()
    data = place.api.get(f"{place.path}/pulls/{pull.number}").json()
    assert data["head"]["repo"] is None
    assert place.api.get(f"{place.path}/compare/{pull.base_sha}...{sha}").status_code == 200


def test_contents_in_all_forms_and_sizes(place: Place) -> None:
    large = "x" * (1024 * 1024 + 1)
    place.repo.commit("main", {"large.txt": large, "docs/a.md": "a"}, "Large", place.ada)
    path = f"{place.path}/contents"
    small = place.api.get(f"{path}/package.json?ref=main").json()
    assert base64.b64decode(small["content"]) == b'{"name": "web-shop"}\n'
    raw = {"accept": "application/vnd.github.raw+json"}
    assert place.api.get(f"{path}/package.json", headers=raw).content == b'{"name": "web-shop"}\n'
    refused = place.api.get(f"{path}/large.txt")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "too_large")
    assert len(place.api.get(f"{path}/large.txt", headers=raw).content) == len(large)
    shown = place.api.get(f"{path}/large.txt", headers={"accept": "application/vnd.github.object+json"}).json()
    assert (shown["content"], shown["encoding"]) == ("", "none")
    assert [e["path"] for e in place.api.get(f"{path}/docs").json()] == ["docs/a.md"]
    missing = place.api.get(f"{path}/missing.txt")
    assert (missing.status_code, missing.json()["message"]) == (404, "Not Found")
    assert "No commit found for the ref" in place.api.get(f"{path}/a?ref=nope").json()["message"]


def test_blobs_and_trees(place: Place) -> None:
    tree = place.api.get(f"{place.path}/git/trees/main?recursive=false").json()
    assert [e["path"] for e in tree["tree"]] == ["package.json", "src", "src/index.js"]
    assert tree["truncated"] is False
    flat = place.api.get(f"{place.path}/git/trees/main").json()
    assert [e["path"] for e in flat["tree"]] == ["package.json", "src"]
    sha = tree["tree"][0]["sha"]
    blob = place.api.get(f"{place.path}/git/blobs/{sha}").json()
    assert base64.b64decode(blob["content"]) == b'{"name": "web-shop"}\n'
    raw = place.api.get(f"{place.path}/git/blobs/{sha}", headers={"accept": "application/vnd.github.raw+json"})
    assert raw.content == b'{"name": "web-shop"}\n'
    assert place.api.get(f"{place.path}/git/blobs/{'0' * 40}").status_code == 404


def test_a_renamed_repository_redirects(place: Place) -> None:
    place.repo.rename("shop")
    moved = place.api.get(f"{place.path}/pulls?state=all")
    assert moved.status_code == 301
    assert moved.headers["location"] == f"{place.sim.api_url}/repositories/{place.repo.id}/pulls?state=all"
    assert place.api.get(moved.headers["location"]).json() == []
    assert place.api.get(place.path, follow_redirects=True).json()["full_name"] == "example/shop"


def test_people(place: Place) -> None:
    grace, heidi = place.sim.create_user("grace"), place.sim.create_user("heidi")
    team = place.org.create_team("legal", [grace])
    place.org.create_team("legal-eu", [heidi], parent=team)
    base = "/orgs/example"
    assert place.api.get(f"{base}/teams/legal/memberships/grace").json()["state"] == "active"
    assert place.api.get(f"{base}/teams/legal/memberships/heidi").status_code == 200
    assert place.api.get(f"{base}/teams/legal/memberships/ada").status_code == 404
    assert place.api.get(f"{base}/members/ada").status_code == 204
    assert place.api.get(f"{base}/members/nobody").status_code == 404
    assert place.api.get(f"{base}/memberships/ada").json()["role"] == "member"
    place.repo.collaborators["ada"] = "write"
    assert place.api.get(f"{place.path}/collaborators/ada/permission").json()["permission"] == "write"


def test_rules_of_a_branch(place: Place) -> None:
    rule = {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "ospo-gate"}]}}
    place.repo.rules["main"] = [rule]
    assert place.api.get(f"{place.path}/rules/branches/main").json() == [rule]
    assert place.api.get(f"{place.path}/rules/branches/other").json() == []


def test_repositories_and_forks_can_be_cloned(place: Place, tmp_path: Path) -> None:
    fork = place.repo.fork(place.sim.create_user("grace"))
    fork.commit("patch", {"a": "1"}, "One")
    for number, repository in enumerate((place.repo, fork)):
        target = tmp_path / str(number)
        subprocess.run(["git", "clone", "-q", repository.clone_url, str(target)], check=True, env=ENVIRONMENT)
        assert (target / "package.json").read_text() == '{"name": "web-shop"}\n'


def test_everything_written_is_good_git(place: Place) -> None:
    pull = place.repo.open_pull("feature") if place.repo.commit("feature", {"a/b/c": "1\n"}, "One") else None
    assert pull is not None
    place.repo.commit("main", {"z": "1\n"}, "Meanwhile")
    merged = pull.merge(place.ada)
    assert place.repo.head() == merged
    assert pull.state == "closed"
    assert place.repo.git.run("fsck", "--strict", "--no-dangling") == b""
    assert place.repo.git.run("show", "main:a/b/c") == b"1\n"
