"""`ospo-gate sbom diff` and `sbom merge`: every kind of input, and what people and programs read."""

import io
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from app.api_tokens import Callers
from app.store.database import Database
from app.store.documents import DocumentStore
from app.store.repositories import RepositoryStore
from app.stored_sboms import StoredSboms
from app.web.product import router
from tests.cli.checkout import Checkout, lock
from tests.cli.conftest import Run
from tests.sboms.bills import bom, component
from tests.web.test_product import TOKEN, WEB
from tests.web.test_product import url as url  # the database that the service answers from

BEFORE = lock(tiny="MIT", glyph="ISC", gone="MIT")
AFTER = lock(tiny="GPL-3.0-only", glyph="ISC", fresh="MIT")
DIFFERENCE = """\
+ fresh 1.0.0, MIT, runtime, direct
§ tiny 1.0.0, license MIT → GPL-3.0-only
- gone 1.0.0, MIT, runtime, direct
1 added, 1 relicensed, 1 removed
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Two commits, and the SBOM of each in another format."""
    made = Checkout(tmp_path / "web", {"package-lock.json": BEFORE})
    made.git("tag", "v1")
    made.commit({"package-lock.json": AFTER})
    return made


def test_files_of_other_formats(run: Run, checkout: Checkout) -> None:
    for revision, format_, name in (("v1", "cyclonedx-xml", "old.xml"), ("HEAD", "spdx3-json", "new.json")):
        run(checkout.path, "sbom", "--revision", revision, "--format", format_, "--output", f"../{name}")
    ran = run(checkout.path, "sbom", "diff", "../old.xml", "../new.json")
    assert (ran.code, ran.out, ran.err) == (0, DIFFERENCE, "")


def test_revisions_folders_and_manifests(run: Run, checkout: Checkout) -> None:
    assert run(checkout.path, "sbom", "diff", "v1", "HEAD").out == DIFFERENCE
    assert run(checkout.path, "sbom", "diff", "v1", ".").out == DIFFERENCE
    assert run(checkout.path, "sbom", "diff", "v1", "package-lock.json").out == DIFFERENCE
    assert run(checkout.path, "sbom", "diff", "HEAD", ".").out == "no difference\n"


def test_the_exit_code_says_it_on_request(run: Run, checkout: Checkout) -> None:
    assert run(checkout.path, "sbom", "diff", "v1", "HEAD", "--exit-code").code == 1
    assert run(checkout.path, "sbom", "diff", "HEAD", "HEAD", "--exit-code").code == 0


def test_for_programs_and_for_release_notes(run: Run, checkout: Checkout) -> None:
    found = run(checkout.path, "sbom", "diff", "v1", "HEAD", "--format", "json").json
    assert (found["base"], found["head"]) == ("v1", "HEAD")
    assert [(row["kinds"], row["package"]) for row in found["changes"]] == [
        (["added"], "pkg:npm/fresh"), (["relicensed"], "pkg:npm/tiny"), (["removed"], "pkg:npm/gone"),
    ]  # fmt: skip
    table = run(checkout.path, "sbom", "diff", "v1", "HEAD", "--format", "markdown").out
    assert "| relicensed | `tiny` | `1.0.0, license MIT → GPL-3.0-only` |" in table.splitlines()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none", "."], "there is no file, folder or commit 'none'"),
        (["example/web", "."], "and the service cannot be asked without --server"),
        (["broken.cdx.json", "."], "broken.cdx.json:1:"),
        (["none.spdx3.json", "."], "none.spdx3.json:1: it has no list of elements ('@graph')"),
        (["wrong.cdx.json", "."], "wrong.cdx.json:1: its 'components' is not a list"),
        (["notes.md", "."], "notes.md:1: 'hello' is not a tag with a value"),
    ],
)
def test_what_is_nothing_of_all_that(run: Run, checkout: Checkout, arguments: list[str], says: str) -> None:
    checkout.write({"broken.cdx.json": "{", "notes.md": "hello\n"})
    checkout.write({"none.spdx3.json": '{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}'})
    checkout.write({"wrong.cdx.json": '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {}}'})
    ran = run(checkout.path, "sbom", "diff", *arguments)
    assert ran.code == 2
    assert says in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["diff", "empty.cdx.json", "-", "--format", "json"],
        ["diff", "empty.cdx.json", "web.cdx.json", "--format", "markdown"],
        ["merge", "web.cdx.json", "--name", "shop"],
        ["merge", "-", "--name", "shop", "--format", "spdx-json"],
    ],
)
def test_credentials_are_handed_on_to_nobody(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    address = {"type": "distribution", "url": "https://ada:s3cret@files.example/tiny.tgz?token=s3cret"}
    web = bom(component("tiny", externalReferences=[address]))
    (tmp_path / "web.cdx.json").write_text(web)
    (tmp_path / "empty.cdx.json").write_text(bom())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(web.encode())))
    ran = run(tmp_path, "sbom", *arguments)
    assert (ran.code, "tiny" in ran.out) == (0, True)
    assert "s3cret" not in ran.out + ran.err


def merged(run: Run, folder: Path, *arguments: str) -> str:
    ran = run(folder, "sbom", "merge", *arguments, "--name", "example/shop", "--version", "7")
    assert ran.code == 0, ran.err
    return str(ran.out)


def test_one_of_two_repositories(run: Run, tmp_path: Path) -> None:
    for name, packages in (("web", {"tiny": "MIT", "glyph": "MIT"}), ("api", {"tiny": "ISC"})):
        Checkout(tmp_path / name, {"package-lock.json": lock(**packages)}).git("tag", "v1")
    ran = run(tmp_path, "sbom", "merge", "web", "api", "--name", "example/shop", "--version", "7", "--author", "Ada")
    assert ran.code == 0
    assert ran.err == "pkg:npm/tiny@1.0.0 is declared under different licenses by what lists it: 'ISC'; 'MIT'.\n"
    document = ran.json
    assert document["metadata"]["authors"] == [{"name": "Ada"}]
    rows = {row["ref"]: row.get("dependsOn", []) for row in document["dependencies"]}
    assert rows["example/shop@7"] == ["api@v1", "web@v1"]
    assert rows["api@v1"] == ["pkg:npm/tiny@1.0.0"]
    assert merged(run, tmp_path, "api", "web", "api", "--author", "Ada") == ran.out


def test_two_that_are_called_alike_are_said(run: Run, tmp_path: Path) -> None:
    for name, packages in (("one/web", {"tiny": "MIT"}), ("two/web", {"glyph": "ISC"})):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "package-lock.json").write_text(lock(**packages))
    ran = run(tmp_path, "sbom", "merge", "one/web", "two/web", "one/web", "--name", "shop")
    assert ran.err == "web: 2 different inputs are called so, and are one part.\n"


@pytest.mark.parametrize("format_", ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value", "spdx3-json"])
def test_in_every_format_and_again(run: Run, checkout: Checkout, format_: str) -> None:
    arguments = ("v1", "HEAD", "--format", format_)
    ran = run(checkout.path, "sbom", "merge", *arguments, "--name", "shop", "--output", "../shop", "--validate")
    assert ran.code == 0, ran.err
    assert "Valid by the " in ran.err
    assert run(checkout.path, "sbom", "diff", "../shop", "../shop", "--exit-code").code == 0
    product = merged(run, checkout.path, "../shop", "v1")
    components = json.loads(product)["metadata"]["component"]["components"]
    assert [item["version"] for item in components] == sorted(["v1", checkout.head])


def test_spdx_of_inputs_without_a_time(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package-lock.json").write_text(BEFORE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    text = merged(run, tmp_path, "package-lock.json", "--format", "spdx-json")
    assert json.loads(text)["creationInfo"]["created"] == "2026-11-18T11:06:40Z"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert json.loads(merged(run, tmp_path, "package-lock.json", "--format", "spdx-json"))["creationInfo"]["created"]


@pytest.fixture
def server(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    database = Database(url)
    app = FastAPI()
    sboms = StoredSboms(DocumentStore(database), "https://git.example")
    app.include_router(router(Callers.of(TOKEN), RepositoryStore(database), sboms))
    served = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=served.run)
    thread.start()
    while not served.started:
        time.sleep(0.01)
    monkeypatch.setenv("OSPO_GATE_API_TOKEN", TOKEN)
    port = served.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    served.should_exit = True
    thread.join()


def test_what_the_service_stores(run: Run, tmp_path: Path, server: str) -> None:
    (tmp_path / "package-lock.json").write_text(lock(x="MIT"))
    ran = run(tmp_path, "sbom", "diff", f"example/web@{WEB[:10]}", "package-lock.json", "--server", server)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "- shared 2.0.0, runtime, transitive\nlicense: stated now for 1\n1 removed, 1 restated\n"
    document = json.loads(merged(run, tmp_path, "example/web", "example/api", "--server", server))
    assert [item["name"] for item in document["metadata"]["component"]["components"]] == ["api", "web"]
    ran = run(tmp_path, "sbom", "diff", "example/none", "package-lock.json", "--server", server)
    assert (ran.code, "no such repository is known: example/none" in ran.err) == (2, True)
