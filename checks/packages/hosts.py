"""Which hosts nobody outside can reach: their names and numbers say so."""

from ipaddress import ip_address

#: Endings of names that no public name server answers (RFC 6762, RFC 6761, RFC 8375, and what companies use).
_PRIVATE = (
    *(".internal", ".local", ".localdomain", ".localhost", ".corp", ".lan", ".intranet", ".intra", ".private"),
    *(".home", ".home.arpa"),
)


def unreachable(host: str) -> bool:
    """Whether `host`, lower case and perhaps with a port, can only be an address within somebody's own network."""
    name = _name(host)
    if ":" in name or name.rpartition(".")[2][:1].isdigit():  # numbers, however they are written
        return not _public(name.partition("%")[0])
    return bool(name) and ("." not in name or name.endswith(_PRIVATE))


def loopback(host: str) -> bool:
    """Whether the bytes never leave the machine."""
    name = _name(host)
    return name in ("localhost", "::1") or name.startswith("127.") or name.endswith(".localhost")


def _name(host: str) -> str:
    """Without its port."""
    return host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]


def _public(number: str) -> bool:
    """What is no plain address (`127.1`, `0x7f.1`) is read in different ways, and by none of them public on purpose."""
    try:
        return ip_address(number).is_global
    except ValueError:
        return False
