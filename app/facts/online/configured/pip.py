"""pip.conf and the variables of pip and uv: indexes of Python packages."""

import configparser
from collections.abc import Iterator, Mapping

from app.facts.online.configured.registry import Configured, registry

_VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
_FURTHER = ("PIP_EXTRA_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")


def read_pip(texts: list[str], variables: Mapping[str, str]) -> Configured:
    """The indexes in the order in which pip looks; variables come before files."""
    urls = dict.fromkeys(
        (
            *_named(variables, _VARIABLES),
            *(url for text in texts for url in _of_file(text, "index-url")),
            *_named(variables, _FURTHER),
            *(url for text in texts for url in _of_file(text, "extra-index-url")),
        )
    )
    return Configured(tuple(found for url in urls for found in registry("pypi", url)))


def _named(variables: Mapping[str, str], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for item in variables.get(name, "").split():
            before, equals, url = item.partition("=")  # uv: `name=https://…`
            yield url if equals and "/" not in before else item


def _of_file(text: str, key: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in ("install", "global"):
        yield from parser.get(section, key, fallback="").split()
