"""Hashes as lock files write them, as algorithm and hexadecimal digits: only what is the hash of a file."""

import binascii
import re
from functools import lru_cache

from checks.model.purl import type_of

#: Algorithm as CycloneDX names it, and its digits.
_DIGITS = {"sha512": 128, "sha256": 64, "sha1": 40, "sha384": 96, "md5": 32}
_NAMES = {"sha512": "SHA-512", "sha256": "SHA-256", "sha1": "SHA-1", "sha384": "SHA-384", "md5": "MD5"}
_HEX = re.compile(r"[0-9a-fA-F]+").fullmatch
#: What stands without an algorithm in the lock files of these ecosystems. Elsewhere bare digits are commits, hashes of
#: a description file, or hashes of what the package manager made itself.
_BARE = {("cargo", 64): "sha256", ("npm", 40): "sha1"}


@lru_cache(maxsize=65536)
def checksum(purl: str, text: str) -> tuple[str, str] | None:
    """`sha512-…` (subresource integrity), `sha256:…` or bare digits; None for everything else.

    >>> checksum("pkg:pypi/a", "md5:" + "0" * 32)
    ('MD5', '00000000000000000000000000000000')
    """
    if text[:7] == "sha512-" and len(text) == 95:  # nearly every package of npm has this one
        return _decoded("sha512", text[7:])
    algorithm, separator, digits = text.partition(":")
    if not separator:
        algorithm, separator, digits = text.partition("-")
        if separator:
            # Nix hashes an archive that is not published
            return None if type_of(purl) == "nix" else _decoded(algorithm.lower(), digits)
        algorithm, digits = _BARE.get((type_of(purl), len(text)), ""), text
    algorithm = algorithm.lower()
    if _DIGITS.get(algorithm) != len(digits) or not _HEX(digits):
        return None
    return _NAMES[algorithm], digits.lower()


def _decoded(algorithm: str, text: str) -> tuple[str, str] | None:
    try:
        digits = binascii.a2b_base64(text, strict_mode=True).hex()
    except ValueError:
        return None
    return (_NAMES[algorithm], digits) if _DIGITS.get(algorithm) == len(digits) else None
