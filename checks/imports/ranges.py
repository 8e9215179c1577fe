"""Requirements of package managers as ranges of the policy, which has comparators alone."""

import re

_COMPATIBLE = re.compile(r"(\^|~=|~>|~)\s*(\d{1,9}(?:\.\d{1,9}){0,3})")


def comparators(requirement: str) -> str:
    """`^0.1` as `>=0.1, <0.2`; what has comparators already, and what is not understood, stays as it is."""
    found = _COMPATIBLE.fullmatch(requirement.strip())
    if found is None:
        return requirement.strip()
    operator, version = found.groups()
    numbers = [int(part) for part in version.split(".")]
    place = _kept(operator, numbers)
    upper = ".".join(map(str, [*numbers[:place], numbers[place] + 1]))
    return f">={version}, <{upper}"


def _kept(operator: str, numbers: list[int]) -> int:
    """Which number must not grow: Cargo's and npm's rules, and the specification of Python's version specifiers."""
    if operator == "^":
        return next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
    if operator in ("~=", "~>"):
        return max(len(numbers) - 2, 0)
    return min(1, len(numbers) - 1)
