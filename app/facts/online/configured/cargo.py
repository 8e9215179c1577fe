"""Cargo's configuration: sparse indexes of registries, and their tokens."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from app.facts.online.configured.registry import Configured, Registry, registry

_SPARSE = "sparse+"


def read_cargo(texts: list[str], variables: Mapping[str, str]) -> Configured:
    """`texts` are config.toml and credentials.toml; of two that say something the first counts."""
    documents = [document for text in texts if (document := _document(text))]
    indexes: dict[str, str] = {}
    tokens: dict[str, str] = {}
    for name in variables:
        if name.startswith("CARGO_REGISTRIES_") and name.endswith("_INDEX"):
            own = name.removeprefix("CARGO_REGISTRIES_").removesuffix("_INDEX")
            indexes[own] = variables[name]
            tokens[own] = variables.get(f"CARGO_REGISTRIES_{own}_TOKEN", "")
    for document in documents:
        for name, table in _tables(document, "registries"):
            own = name.upper().replace("-", "_")
            if "index" in table:
                indexes.setdefault(own, str(table["index"]))
            if "token" in table:
                tokens.setdefault(own, str(table["token"]))
    for document in documents:
        for _, table in _tables(document, "source"):
            indexes.setdefault(f"source {table.get('registry')}", str(table.get("registry", "")))
    return Configured(tuple(_registries(indexes, tokens)))


def _registries(indexes: Mapping[str, str], tokens: Mapping[str, str]) -> Iterator[Registry]:
    for name, index in indexes.items():
        if index.startswith(_SPARSE):
            yield from registry("cargo", index.removeprefix(_SPARSE), authorization=tokens.get(name) or None)


def _document(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _tables(document: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = document.get(name)
    if isinstance(found, dict):
        yield from ((key, table) for key, table in found.items() if isinstance(table, dict))
