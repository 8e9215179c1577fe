"""Which hosts nobody outside can reach: their names and numbers say so."""

from ipaddress import ip_address

#: Endings of names that no public name server answers (RFC 6762, RFC 6761, RFC 8375, and what companies use).
_PRIVATE = (
    *(".internal", ".local", ".localdomain", ".localhost", ".corp", ".lan", ".intranet", ".intra", ".private"),
    *(".home", ".home.arpa"),
)


def unreachable(host: str) -> bool:
    """Whether `host`, lower case and perhaps with a port, can only be an address within somebody's own network."""
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    try:
        return not ip_address(name.partition("%")[0]).is_global
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(_PRIVATE))


def loopback(host: str) -> bool:
    """Whether the bytes never leave the machine."""
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name in ("localhost", "::1") or name.startswith("127.") or name.endswith(".localhost")
