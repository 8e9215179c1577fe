"""What others say of our documents: the official schemas, the reference libraries, and a conformance checker."""

import json
import logging
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest

from checks.model.dependency import Origin, Scope
from checks.sboms.content import Content, Subject
from checks.sboms.describe import read
from checks.sboms.merge import merge
from checks.sboms.to_cyclonedx import cyclonedx_json
from checks.sboms.to_cyclonedx_xml import cyclonedx_xml
from checks.sboms.to_spdx import spdx_json
from checks.sboms.to_spdx3 import spdx3_json
from checks.sboms.to_spdx_tags import spdx_tag_value
from checks.sboms.validity import validity
from tests.sboms.written import ABOUT, ALL, content, package

PIN = "sha512-" + "A" * 86 + "=="


def everything() -> Content:
    """A document with each thing that we write at least once."""
    found = content(
        package("pkg:npm/%40acme/web", license="MIT", direct=True, integrity=(PIN,), line=7),
        package("pkg:npm/either", license="MIT OR Apache-2.0", scope=Scope.OPTIONAL),
        package("pkg:npm/named", license="BSD", scope=Scope.TEST, source="https://registry.example/named.tgz"),
        package("pkg:npm/own", license="LicenseRef-own AND MIT", scope=Scope.DEVELOPMENT, direct=None),
        package("pkg:maven/org.acme/core", "2.0", scope=Scope.PEER, integrity=("sha256:" + "ab" * 32, "h1:x=")),
        package("pkg:golang/github.com/acme/tool", "v1.0.0", scope=Scope.BUILD, origin=Origin.GIT,
                source="https://git.example.org/acme/tool#c0ffee"),
        package("pkg:docker/library/debian", None, license="<b>&\"'</text>"),
        package("pkg:githubactions/acme/action", "v4", origin=Origin.PATH, source="./action"),
        edges=[[1, 2], [3], [], [], [4], [], [], []],
        about=ABOUT._replace(authors=("Acme",), uncommitted=("a<b>.lock",)),
    )  # fmt: skip
    decided = [item._replace(concluded="Apache-2.0") if item.name == "either" else item for item in found.components]
    return found._replace(components=tuple(decided))


@pytest.mark.parametrize("name", ALL)
def test_valid_by_the_official_schema(name: str) -> None:
    text = ALL[name](everything())
    found = validity(text, read(text))
    assert (found.faults, found.unknown) == ((), None)


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_the_reference_library_writes_what_it_read_from_json_and_xml(version: str) -> None:
    from cyclonedx.model.bom import Bom

    found = everything()
    ours = json.loads(cyclonedx_json(found, version))
    from_json = _by_the_library(Bom.from_json(ours), version)  # type: ignore[attr-defined]
    from_xml = _by_the_library(Bom.from_xml(StringIO(cyclonedx_xml(found, version))), version)  # type: ignore[attr-defined]
    for member in ("components", "dependencies", "serialNumber"):
        assert _in_order(from_json[member]) == _in_order(ours[member])
        assert _in_order(from_xml[member]) == _in_order(ours[member])
    ours["metadata"]["timestamp"] = ours["metadata"]["timestamp"].replace("Z", "+00:00")
    assert _in_order(from_json["metadata"]) == _in_order(from_xml["metadata"]) == _in_order(ours["metadata"])


def _by_the_library(bom: Any, version: str) -> Any:
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.from_version(version))
    return json.loads(outputter.output_as_string())


def _in_order(value: Any) -> Any:
    """Without the order of lists, which mean sets here."""
    if isinstance(value, dict):
        return {key: _in_order(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(_in_order, value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


@pytest.fixture
def quiet() -> Iterator[None]:
    """spdx-tools logs the tables of its parser, and leaves the file open that it writes them to at its first use."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quiet")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("write", "name"), [(spdx_json, "bom.spdx.json"), (spdx_tag_value, "bom.spdx")])
def test_valid_by_the_official_library_of_spdx_2(write: Any, name: str, tmp_path: Path) -> None:
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    path = tmp_path / name
    path.write_text(write(everything()))
    document = parse_file(str(path))
    assert [message.validation_message for message in validate_full_spdx_document(document, "SPDX-2.3")] == []
    assert len(document.packages) == len(everything().components) + 1
    assert len(document.extracted_licensing_info) == 3


@pytest.mark.usefixtures("quiet")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_product_of_several_is_read_like_any_other(tmp_path: Path) -> None:
    from cyclonedx.model.bom import Bom
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    other = content(package("pkg:npm/either", license="ISC", direct=True), about=ABOUT._replace(subject=Subject("api")))
    product = merge([everything(), other], ABOUT._replace(subject=Subject("acme/suite", "7")))
    ours = json.loads(cyclonedx_json(product, "1.6"))
    theirs = _by_the_library(Bom.from_json(ours), "1.6")  # type: ignore[attr-defined]
    assert _in_order(theirs["components"]) == _in_order(ours["components"])
    assert _in_order(theirs["metadata"]["component"]) == _in_order(ours["metadata"]["component"])
    path = tmp_path / "bom.spdx.json"
    path.write_text(spdx_json(product))
    document = parse_file(str(path))
    assert [message.validation_message for message in validate_full_spdx_document(document, "SPDX-2.3")] == []
    assert len(document.packages) == len(product.components) + 3


def test_valid_by_the_official_model_of_spdx_3() -> None:
    """Generated from the SHACL model: types, cardinalities, words and links of every element."""
    from spdx_python_model.bindings import v3_0_1 as model

    found = model.SHACLObjectSet()
    model.JSONLDDeserializer().read(BytesIO(spdx3_json(everything()).encode()), found)
    packages = [item for item in found.objects if isinstance(item, model.software_Package)]
    assert len(packages) == len(everything().components) + 1
    assert not found.missing_ids


@pytest.mark.usefixtures("quiet")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_conformance_checker_misses_nothing_but_suppliers(tmp_path: Path) -> None:
    """No lock file says who supplies a package, and we do not make it up."""
    from ntia_conformance_checker import SbomChecker

    path = tmp_path / "bom.spdx.json"
    path.write_text(spdx_json(content(package("pkg:npm/a", direct=True), package("pkg:npm/b"), edges=[[1], []])))
    checker = SbomChecker(str(path), compliance="ntia", sbom_spec="spdx2")
    assert not checker.parsing_errors
    assert not checker.validation_messages
    demanded = ("names", "versions", "identifiers", "suppliers")
    assert [word for word in demanded if getattr(checker, f"components_without_{word}")] == ["suppliers"]
    assert checker.doc_author
    assert checker.doc_timestamp
    assert checker.dependency_relationships
