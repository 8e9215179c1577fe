"""The addresses at which the stewards of licenses publish them → licenses. Any other page may say anything."""

import re

from checks.licenses.expression import ExpressionError, parse
from checks.licenses.index import find
from checks.licenses.names import recognize
from checks.licenses.tree import Expression, License, Unclear, Word, leaves

#: Characters of an address that are looked at.
_MAX = 300
_ADDRESS = re.compile(r"(?:https?:)?//(?:www\.)?([^/?#\s]+)([^?#\s]*)[^\s]*", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.(?:html?|txt|php|md|json|template)|\.[a-z]{2}|/(?:deed|legalcode)|-(?:txt|standalone)|/)$")
#: `apache-2-0` and `epl-v20` for 2.0.
_UNDOTTED = re.compile(r"(?<=[a-z]-)(\d)-(\d)$|(?<=pl-)v?(\d)(\d)$|(?<=edl-)v?(\d)(\d)$")
_FOLDER = re.compile(r"/licen[cs]es?/")

#: Host → the beginnings of its pages on licenses, each with the word that the rest lacks to be a license's name.
_STEWARDS = {
    "apache.org": (("/licenses/license-", "apache"), ("/license/license-", "apache")),
    "choosealicense.com": (("/licenses/", ""),),
    "creativecommons.org": (("/licenses/", "cc"), ("/publicdomain/zero/", "cc0")),
    "eclipse.org": (("/legal/", ""), ("/org/documents/", "")),
    "fsl.software": (("/", ""),),
    "gnu.org": (("/licenses/old-licenses/", ""), ("/licenses/", ""), ("/copyleft/", "")),
    "mozilla.org": (("/mpl/", "mpl"), ("/en-us/mpl/", "mpl")),
    "opensource.org": (("/licenses/", ""), ("/license/", "")),
    "polyformproject.org": (("/licenses/", "polyform"),),
    "scancode-licensedb.aboutcode.org": (("/", ""),),
    "spdx.org": (("/licenses/", ""),),
}
#: Addresses whose end is no name.
_PAGES = {
    "apache.org/licenses": "apache",
    "aws.amazon.com/apache2.0": "Apache-2.0",
    "boost.org/license_1_0": "BSL-1.0",
    "apache.org/licenses/license": "apache",
    "creativecommons.org/licenses/publicdomain": "CC-PDDC",
    "creativecommons.org/publicdomain/mark/1.0": "CC-PDM-1.0",
    "gnu.org/copyleft/lesser": "lgpl",
    "gnu.org/licenses/agpl": "AGPL-3.0-only",
    "gnu.org/software/classpath/license": "gpl with classpath exception",
    "mozilla.org/mpl": "mpl",
    "opensource.org/licenses/eclipse-1.0": "EPL-1.0",
    "opensource.org/licenses/mozilla1.0": "MPL-1.0",
    "opensource.org/licenses/mozilla1.1": "MPL-1.1",
    "php.net/license/3_01": "PHP-3.01",
    "ruby-lang.org/en/about/license": "Ruby",
    "sil.org/ofl": "ofl",
    "scripts.sil.org/ofl": "ofl",
    "unlicense.org": "unlicense",
    "wtfpl.net": "wtfpl",
}


def is_address(text: str) -> bool:
    """Whether the text is nothing but an address on the web."""
    return text[:8].lower().startswith(("http://", "https://", "//")) and " " not in text


def at_address(text: str) -> Expression | None:
    """The license that a steward publishes at an address, `Unclear` if several; None for any other page."""
    found = _ADDRESS.fullmatch(text) if len(text) <= _MAX else None
    if found is None:
        return None
    host, path = found[1].lower(), found[2]
    if host.startswith("licenses."):
        return _expression(path.strip("/"))
    path = path.lower()
    while (shorter := _ENDING.sub("", path)) != path:
        path = shorter
    meaning = _page(host, path) or _in_a_folder(path)
    return Unclear(text, meaning.candidates) if isinstance(meaning, Unclear) else meaning


def _page(host: str, path: str) -> Expression | None:
    name = _PAGES.get(host + path)
    if name is not None:
        return _named(name)
    for beginning, family in _STEWARDS.get(host, ()):
        if path.startswith(beginning):
            end = _UNDOTTED.sub(lambda m: ".".join(filter(None, m.groups())), path[len(beginning) :])
            return _named("-".join(filter(None, (family, *end.split("/")))))
    return None


def _in_a_folder(path: str) -> Expression | None:
    """`…/licenses/apache-2.0`, on any host: a folder of licenses and an id that says its version."""
    name = path.rpartition("/")[2]
    found = _expression(name) if _FOLDER.search(path) and any(map(str.isdecimal, name)) else None
    return found if isinstance(found, License) else None


def _named(name: str) -> Expression | None:
    found = _expression(name)
    return found if isinstance(found, License) else recognize(name)


def _expression(text: str) -> Expression | None:
    """`(MIT%20OR%20Apache-2.0)`, as hosts that publish nothing but licenses name their pages."""
    try:
        found = parse(text.replace("%20", " ").replace("%28", "(").replace("%29", ")"))
    except ExpressionError:
        return None
    unknown = any(isinstance(leaf, Word) or (isinstance(leaf, License) and not find(leaf.id)) for leaf in leaves(found))
    return None if unknown else found
