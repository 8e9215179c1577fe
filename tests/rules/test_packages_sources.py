"""Where packages come from: what the policy lists, what stands out, what nobody outside should see."""

import json

import pytest

from checks.model.errors import PolicyError
from checks.model.finding import Level
from checks.model.phrase import plain
from tests.rules.locked import found, judge, lock, rows, rules, said

EMPTY = lock("lodash@4.17.21")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LISTED = (
    "{sources: {registries: ['https://registry.example', 'https://mirror.example/npm'], git: ['github.com/example/*']}}"
)


def one(address: str) -> dict[str, str]:
    return lock("lodash@4.17.21", f"lib@1.0.0 {address}")


def entry_file(path: str, *lines: str) -> dict[str, str]:
    return {path: "\n".join(lines) + "\n"}


# -- listed sources --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "https://evil.example/lib/-/lib-1.0.0.tgz",
            "lib 1.0.0 comes from evil.example, and packages.sources.registries does not list it.",
        ),
        (
            "https://mirror.example/npm-evil/lib/-/lib-1.0.0.tgz",
            "lib 1.0.0 comes from mirror.example, and packages.sources.registries does not list it.",
        ),
        (
            "https://registry.example@evil.example/lib/-/lib-1.0.0.tgz",
            "lib 1.0.0 comes from evil.example, and packages.sources.registries does not list it.",
        ),
        (
            "https:/registry.example/lib/-/lib-1.0.0.tgz",
            "lib 1.0.0 comes from an address that programs read in different ways, and packages.sources.registries "
            "does not list it.",
        ),
        (
            f"git+ssh://git@github.com/other/lib.git#{COMMIT}",
            "lib 1.0.0 comes from github.com/other/lib, and packages.sources.git does not list it.",
        ),
        (
            "https://downloads.example/lib.tgz",
            "lib 1.0.0 comes from downloads.example, and packages.sources.registries does not list it.",
        ),
    ],
)
def test_a_source_that_is_not_listed_blocks(address: str, message: str) -> None:
    (finding,) = found(EMPTY, one(address), LISTED)
    assert (finding.rule, finding.blocks) == ("source-not-allowed", True)
    assert plain(finding.message) == message
    assert rows(finding)[0][0] == "comes from"
    assert rows(finding)[0][2].startswith("package-lock.json line ")


@pytest.mark.parametrize(
    "address",
    [
        "https://registry.example/lib/-/lib-1.0.0.tgz",
        "https://REGISTRY.example:443/lib/-/lib-1.0.0.tgz",
        "https://mirror.example/npm/lib/-/lib-1.0.0.tgz",
        f"git+ssh://git@github.com/example/lib.git#{COMMIT}",
        f"git+https://github.com/Example/lib.git#{COMMIT}",
        f"https://codeload.github.com/example/lib/tar.gz/{COMMIT}",
        "-",
    ],
)
def test_a_listed_source_is_silent(address: str) -> None:
    assert [rule for rule in rules(EMPTY, one(address), LISTED) if rule != "source-not-named"] == []


def test_each_list_speaks_of_its_own_kind() -> None:
    git, registry = one(f"git+https://code.example/a/lib.git#{COMMIT}"), one("https://evil.example/lib/-/lib-1.0.0.tgz")
    assert rules(EMPTY, git, "{sources: {registries: ['registry.example']}}") == []
    assert rules(EMPTY, git, "{sources: {git: []}}") == ["source-not-allowed"]
    assert rules(EMPTY, one("https://code.example/lib.zip"), "{sources: {git: []}}") == ["source-not-allowed"]
    assert "source-not-allowed" not in rules(EMPTY, registry, "{sources: {git: []}}")
    assert rules(EMPTY, registry, "{sources: {registries: []}}") == ["source-not-allowed"]
    assert rules(EMPTY, registry, "{sources: {registries: [], internal: [evil.example]}}") == []


def test_what_was_there_before_does_not_count_and_what_is_re_sourced_does() -> None:
    before, after = one("https://evil.example/lib/-/lib-1.0.0.tgz"), one("https://registry.example/lib/-/lib-1.0.0.tgz")
    assert rules(before, before | {"x": ""}, LISTED) == []
    assert rules(after, before, LISTED) == ["source-not-allowed"]
    assert rules(before, after, LISTED) == []
    assert rules(None, before, LISTED) == ["source-not-allowed"]


def test_one_package_from_two_files_is_one_finding() -> None:
    text = one("https://evil.example/lib/-/lib-1.0.0.tgz")["package-lock.json"]
    (finding,) = found({}, {"a/package-lock.json": text, "b/package-lock.json": text}, LISTED)[:1]
    assert finding.rule == "source-not-allowed"
    assert {place.path for place in (finding.location, *finding.related) if place} == {
        "a/package-lock.json",
        "b/package-lock.json",
    }


def test_images_come_from_registries_too() -> None:
    head = entry_file(
        "Dockerfile", "FROM evil.example/team/app:1.0", "FROM registry.example/team/app:1.0", "FROM alpine:3.18"
    )
    assert said({}, head, "{sources: {registries: [registry.example]}}") == [
        "source-not-allowed: evil.example/team/app 1.0 comes from evil.example, and packages.sources.registries does "
        "not list it.",
        "source-not-named: Dockerfile does not say from which registry alpine comes.",
    ]


def test_a_file_that_names_no_registry_is_said_once() -> None:
    head = lock("a@1.0.0 -", "b@1.0.0 -", "c@1.0.0")
    (finding,) = found(lock(), head, LISTED)
    assert (finding.rule, finding.level, finding.could_not_tell) == ("source-not-named", Level.NOTE, True)
    assert plain(finding.message) == "package-lock.json does not say from which registry 2 packages come."
    assert found(lock(), head, "{}") == ()
    assert found(head, head | {"x": ""}, LISTED) == ()


# -- what stands out -------------------------------------------------------------------------------------------------

MANY = [f"p{number}@1.0.0" for number in range(5)]


def test_without_a_list_the_odd_one_out_is_a_warning() -> None:
    (finding,) = found(lock(*MANY), lock(*MANY, "lib@1.0.0 https://evil.example/lib/-/lib-1.0.0.tgz"))
    assert (finding.rule, finding.level) == ("source-unusual", Level.WARN)
    assert plain(finding.message) == (
        "lib 1.0.0 comes from evil.example, and the others from registry.example: make sure that it is meant."
    )


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (MANY, [*MANY, "lib@1.0.0"]),
        (MANY[:2], [*MANY[:2], "lib@1.0.0 https://evil.example/lib.tgz"]),
        (
            [*MANY, "a@1.0.0 https://own.example/a/-/a-1.tgz"],
            [*MANY, "a@1.0.0 https://own.example/a/-/a-1.tgz", "b@1.0.0 https://own.example/b/-/b-1.tgz"],
        ),
        (MANY, [*MANY, f"lib@1.0.0 git+https://code.example/a/lib.git#{COMMIT}"]),
        (MANY, [*MANY, "lib@1.0.0 -"]),
    ],
    ids=["the usual one", "too few to tell", "a host that was there before", "git", "not named"],
)
def test_what_does_not_stand_out(base: list[str], head: list[str]) -> None:
    assert rules(lock(*base), lock(*head)) == []


def test_the_registry_that_the_policy_calls_its_own_does_not_stand_out() -> None:
    head = lock(*MANY, "lib@1.0.0 https://npm.example.com/lib/-/lib-1.0.0.tgz")
    assert rules(lock(*MANY), head) == ["source-unusual"]
    assert rules(lock(*MANY), head, "{sources: {internal: ['https://npm.example.com']}}") == []


def test_in_a_new_file_only_a_single_one_stands_out() -> None:
    odd = [f"{name}@1.0.0 https://own.example/{name}/-/{name}-1.0.0.tgz" for name in "ab"]
    assert rules({}, lock(*MANY, odd[0])) == ["source-unusual"]
    assert rules({}, lock(*MANY, *odd)) == []
    assert rules(lock(*MANY), lock(*MANY, *odd)) == ["source-unusual", "source-unusual"]


def test_the_address_that_others_leave_to_the_configuration_stands_out() -> None:
    unnamed = [f"{item} -" for item in MANY]
    assert said(lock(*unnamed), lock(*unnamed, "lib@1.0.0 https://evil.example/lib/-/lib-1.0.0.tgz")) == [
        "source-unusual: lib 1.0.0 comes from evil.example, and the others from the registry that is configured: make "
        "sure that it is meant."
    ]


def test_what_is_re_sourced_is_left_to_the_check_inventory() -> None:
    before = lock(*MANY, "lib@1.0.0")
    assert rules(before, lock(*MANY, "lib@1.0.0 https://evil.example/lib/-/lib-1.0.0.tgz")) == []


def test_archives_of_composer_lie_where_their_authors_put_them() -> None:
    def composer(*hosts: str) -> dict[str, str]:
        packages = [
            {"name": f"v/p{n}", "version": "1.0", "dist": {"type": "zip", "url": f"https://{host}/v/p{n}.zip"}}
            for n, host in enumerate(hosts)
        ]
        return {"composer.lock": json.dumps({"packages": packages, "packages-dev": []})}

    assert rules(composer(*["api.github.com"] * 4), composer(*["api.github.com"] * 4, "gitlab.com")) == []


def test_images_come_from_many_registries() -> None:
    images = [f"FROM team/p{number}:1.0" for number in range(5)]
    assert rules(entry_file("Dockerfile", *images), entry_file("Dockerfile", *images, "FROM r.example/a/b:1.0")) == []


def test_a_long_path_still_leaves_a_headline() -> None:
    path = f"{'folder/' * 30}package-lock.json"
    text = lock("a@1.0.0 http://registry.example/a/-/a-1.0.0.tgz")["package-lock.json"]
    (finding,) = found({}, {path: text})
    headline = plain(finding.headline)
    assert len(headline) == 80
    assert headline.endswith("folder/package-lock.json fetches packages without encryption")


# -- insecure, not pinned --------------------------------------------------------------------------------------------


def test_unencrypted_sources_are_said_once_for_each_file() -> None:
    head = lock(*(f"{name}@1.0.0 http://registry.example/{name}/-/{name}-1.0.0.tgz" for name in ("a", "b", "c")))
    (finding,) = found(lock(), head)
    assert (finding.rule, finding.level) == ("insecure-source", Level.WARN)
    assert plain(finding.message) == (
        "package-lock.json fetches 3 packages without encryption, from registry.example: use https."
    )
    assert len(finding.related) == 2
    assert rows(finding) == [("packages", "a, b, c", "")]
    assert found(head, head | {"x": ""}) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lib @ http://files.example/lib-1.0.zip", ["insecure-source"]),
        (f"lib @ git+git://code.example/lib.git@{COMMIT}", ["insecure-source"]),
        (f"lib @ git+http://code.example/lib.git@{COMMIT}", ["insecure-source"]),
        ("lib @ http://localhost:3141/lib-1.0.zip", []),
        ("lib @ https://files.example/lib-1.0.zip", []),
        (f"lib @ git+ssh://git@code.example/lib.git@{COMMIT}", []),
        ("lib @ git+https://code.example/lib.git@main", ["git-source-not-pinned"]),
        ("lib @ git+https://code.example/lib.git", ["git-source-not-pinned"]),
        (f"lib @ git+https://code.example/lib.git@{COMMIT}", []),
    ],
)
def test_how_a_package_is_fetched(line: str, expected: list[str]) -> None:
    assert rules(entry_file("requirements.txt", ""), entry_file("requirements.txt", line)) == expected


def test_a_branch_is_named_with_what_to_do() -> None:
    assert said(EMPTY, one("git+https://code.example/a/lib.git#main")) == [
        "git-source-not-pinned: lib 1.0.0 comes from code.example/a/lib at main, which can come to mean other code: "
        "name a full commit id."
    ]


# -- credentials -----------------------------------------------------------------------------------------------------


UV = """\
version = 1
[[package]]
name = "lib"
version = "1"
source = { registry = "https://ada:SECRET@registry.example" }
"""
CARGO = """\
version = 3
[[package]]
name = "lib"
version = "1.0.0"
source = "sparse+https://ada:SECRET@registry.example/"
"""
GEMS = "GEM\n  remote: https://SECRET@gem.example/\n  specs:\n    lib (1.0)\n\nDEPENDENCIES\n  lib\n"
PUB = """\
packages:
  lib:
    dependency: "direct main"
    description: {name: lib, url: "https://ada:SECRET@pub.example"}
    source: hosted
    version: "1.0.0"
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        *lock("lib@1.0.0 https://ada:SECRET@registry.example/lib/-/lib-1.0.0.tgz").items(),
        *lock(f"lib@1.0.0 git+https://SECRET@code.example/lib.git#{COMMIT}").items(),
        ("requirements.txt", "lib @ https://ada:SECRET@files.example/lib-1.0.zip\n"),
        ("requirements.txt", "--index-url https://ada:SECRET@registry.example/simple\nlib==1.0\n"),
        ("uv.lock", UV),
        ("Gemfile.lock", GEMS),
        ("Cargo.lock", CARGO),
        ("pubspec.lock", PUB),
    ],
)
def test_credentials_block_and_are_shown_nowhere(path: str, text: str) -> None:
    secret = "ghp_0123456789abcdefABCDEF0123456789abcd"
    report = judge({}, {path: text.replace("SECRET", secret)})
    (finding,) = (item for item in report.findings if item.rule == "credentials-in-source")
    assert finding.blocks
    assert plain(finding.message) == (
        f"{path} has credentials in the address of lib: remove them, and revoke them, because Git keeps what was "
        "committed once."
    )
    assert secret not in repr(report)


# -- internal addresses in public ------------------------------------------------------------------------------------

INTERNAL = lock(
    *MANY, "lib@1.0.0 https://npm.corp/lib/-/lib-1.0.0.tgz", "b@1.0.0 https://10.0.0.7:4873/b/-/b-1.0.0.tgz"
)


def test_an_internal_address_in_a_public_repository_blocks_without_being_repeated() -> None:
    report = judge(lock(*MANY), INTERNAL, LISTED, visibility="public")
    (finding,) = report.findings
    assert (finding.rule, finding.blocks) == ("internal-source-in-public-repository", True)
    assert plain(finding.message) == (
        "package-lock.json takes 2 packages from an internal address, which this public repository shows and nobody "
        "outside can install from."
    )
    assert "corp" not in repr(report)
    assert "10.0.0.7" not in repr(report)
    without_a_list = judge(lock(*MANY), INTERNAL, visibility="public")
    assert [item.rule for item in without_a_list.findings] == ["internal-source-in-public-repository"]
    assert "corp" not in repr(without_a_list)


@pytest.mark.parametrize("visibility", ["private", "internal"])
def test_internal_addresses_may_stand_in_other_repositories(visibility: str) -> None:
    assert rules(lock(*MANY), INTERNAL, visibility=visibility) == ["source-unusual", "source-unusual"]
    assert judge(lock(*MANY), INTERNAL, visibility=visibility).outcomes[0].not_judged_here == ()


def test_where_nobody_says_whether_it_is_public_that_is_said() -> None:
    outcome = judge(lock(*MANY), INTERNAL).outcomes[0]
    assert [plain(words) for words in outcome.not_judged_here] == [
        "whether the internal addresses in package-lock.json may be seen, because nobody said whether this repository "
        "is public (--visibility)"
    ]
    assert judge(INTERNAL, INTERNAL | {"x": ""}).outcomes[0].not_judged_here == ()


def test_hosts_that_the_policy_calls_internal_are() -> None:
    policy = "{sources: {internal: ['https://npm.example.com/private']}}"
    inside, outside = (one(f"https://npm.example.com/{place}/lib/-/lib-1.0.0.tgz") for place in ("private", "public"))
    assert rules(EMPTY, inside, policy, visibility="public") == ["internal-source-in-public-repository"]
    assert rules(EMPTY, outside, policy, visibility="public") == []


def test_an_internal_image_and_its_insecure_address_are_one_thing() -> None:
    head = entry_file("Dockerfile", "FROM registry.corp:5000/app:1") | one("http://npm.corp/lib/-/lib-1.0.0.tgz")
    assert rules(EMPTY, head, visibility="public") == ["internal-source-in-public-repository"] * 2


def test_the_fix_writes_the_lock_file_without_addresses_after_everything_else() -> None:
    """npm keeps versions and hashes; a command that changes the manifest would write addresses again."""
    secret = "bad@1.0.0 https://ada:s3cret-t0ken@npm.corp/bad/-/bad-1.0.0.tgz"
    policy = "{advice: [{package: pkg:npm/bad, advice: avoid, reason: r}]}"
    report = judge(lock(*MANY), lock(*MANY, secret), policy, visibility="public")
    relock = "npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved"
    assert {item.rule: item.fix.commands for item in report.findings if item.fix} == {
        "credentials-in-source": (relock,),
        "internal-source-in-public-repository": (relock,),
        "package-avoid": ("npm uninstall --package-lock-only --ignore-scripts bad",),
    }
    assert report.repair[:2] == ("npm uninstall --package-lock-only --ignore-scripts bad", relock)


def test_where_no_option_helps_the_fix_says_what_to_do() -> None:
    text = 'version = 1\n[[package]]\nname = "lib"\nversion = "1"\nsource = { registry = "https://pypi.corp/simple" }\n'
    (finding,) = found({}, {"uv.lock": text}, visibility="public")
    assert finding.fix is not None
    assert plain(finding.fix.summary) == "lock uv.lock again where only the public registry is configured"
    assert finding.fix.commands == ()


# -- dependency confusion --------------------------------------------------------------------------------------------

OURS = (
    "{internal: ['@example/*', 'acme-*', 'pkg:pypi/corp-*'], "
    "sources: {internal: ['https://npm.example.com'], git: ['github.com/example/*']}}"
)


def test_an_internal_name_from_elsewhere_blocks() -> None:
    (finding,) = found(EMPTY, lock("lodash@4.17.21", "@example/ui@99.0.0"), OURS)
    assert (finding.rule, finding.blocks) == ("name-is-internal", True)
    assert plain(finding.message) == (
        "@example/ui 99.0.0 has an internal name and comes from registry.example, which packages.sources.internal does "
        "not list."
    )
    assert rows(finding)[0] == ("internal name", "@example/*", "")


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("@example/ui", "https://npm.example.com/@example/ui/-/ui-1.0.0.tgz", []),
        ("@example/ui", "https://npm.corp/@example/ui/-/ui-1.0.0.tgz", []),
        ("@example/ui", f"git+ssh://git@github.com/example/ui.git#{COMMIT}", []),
        ("@example/ui", f"git+ssh://git@github.com/evil/ui.git#{COMMIT}", ["name-is-internal"]),
        ("@example/ui", "https://evil.example/ui.tgz", ["name-is-internal"]),
        ("@example/ui", "https://npm.example.com.evil.example/ui.tgz", ["name-is-internal"]),
        ("@EXAMPLE/ui", "https://registry.example/@EXAMPLE/ui/-/ui-1.0.0.tgz", ["name-is-internal"]),
        ("acme-ui", "https://registry.example/acme-ui/-/acme-ui-1.0.0.tgz", ["name-is-internal"]),
        ("@example/ui", "-", ["internal-source-unknown"]),
        ("corp-ui", "https://registry.example/corp-ui/-/corp-ui-1.0.0.tgz", []),
        ("example-ui", "https://registry.example/example-ui/-/example-ui-1.0.0.tgz", []),
    ],
)
def test_where_internal_names_may_come_from(name: str, address: str, expected: list[str]) -> None:
    assert rules(EMPTY, lock("lodash@4.17.21", f"{name}@1.0.0 {address}"), OURS) == expected


def test_a_name_is_internal_in_the_ecosystem_that_the_policy_says() -> None:
    assert said({}, {"requirements.txt": "Corp.Auth==1.0\n"}, OURS) == [
        "internal-source-unknown: Corp.Auth 1.0 has an internal name, and requirements.txt does not say where it comes "
        "from."
    ]
    assert rules(
        {}, {"requirements.txt": "corp.auth @ https://evil.example/corp_auth-9.0-py3-none-any.whl\n"}, OURS
    ) == ["name-is-internal"]


def test_own_folders_have_internal_names_by_right() -> None:
    packages = {
        "node_modules/@example/ui": {"resolved": "packages/ui", "link": True},
        "packages/ui": {"version": "1.0.0"},
    }
    text = json.dumps({"lockfileVersion": 3, "packages": {"": {"dependencies": {"@example/ui": "*"}}, **packages}})
    assert rules({}, {"package-lock.json": text}, OURS) == []


def test_internal_names_without_a_place_to_come_from_are_no_policy() -> None:
    with pytest.raises(PolicyError) as caught:
        found(EMPTY, EMPTY, "{internal: ['@example/*']}")
    assert caught.value.issues[0].key == "packages.internal"


@pytest.mark.parametrize("name", ["*", "@/*", "pkg:npm", "-."])
def test_every_name_is_no_internal_name(name: str) -> None:
    with pytest.raises(PolicyError):
        found(EMPTY, EMPTY, f"{{internal: ['{name}'], sources: {{internal: [npm.corp]}}}}")


# -- hostile input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://",
        "http://[::1",
        "git+ssh://",
        "https://a:b:c:d/",
        "\x1b[31mhttps://x",
        "https://" + "a" * 5_000,
        "//",
        "::",
    ],
)
def test_odd_addresses_are_judged_without_a_crash(address: str) -> None:
    for policy in ("{}", LISTED, OURS):
        judge(
            lock(*MANY),
            lock(*MANY, f"lib@1.0.0 {address}", f"@example/ui@1.0.0 {address}"),
            policy,
            visibility="public",
        )


def test_hostile_names_and_addresses_stay_foreign() -> None:
    hostile = "@org/x`<img>|\u202e"
    (finding,) = found(EMPTY, lock("lodash@4.17.21", f"{hostile}@1.0.0 https://evil.example/{hostile}.tgz"), LISTED)
    ours = "".join(part for part in (*finding.message, *finding.headline) if type(part) is str)
    assert "<img>" not in ours
    assert len("".join(finding.headline)) <= 80
