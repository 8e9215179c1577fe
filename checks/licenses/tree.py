"""License expressions as frozen values, and what can be done with them without a policy.

Named tuples rather than dataclasses: they are made ten times faster when the module is imported and when a lock file
is read. And and Or name their operator so that they differ as tuples too.
"""

from typing import NamedTuple


class License(NamedTuple):
    """A license id (SPDX or `LicenseRef-`), canonically written; ids that nobody knows stay as they were written."""

    id: str
    or_later: bool = False
    """This version or any later one: `+`, or an id that ends in `-or-later`."""
    document_ref: str | None = None

    def __str__(self) -> str:
        name = f"{self.document_ref}:{self.id}" if self.document_ref else self.id
        return name + "+" if self.or_later and not self.id.endswith("-or-later") else name


class With(NamedTuple):
    """A license with an exception: one item, never judged in two halves unless the policy says so."""

    license: License
    exception: str

    def __str__(self) -> str:
        return f"{self.license} WITH {self.exception}"


class Word(NamedTuple):
    """A word that stands where a license should and is none: NONE, NOASSERTION, UNLICENSED, `SEE LICENSE IN x`."""

    text: str

    def __str__(self) -> str:
        return self.text


class Unclear(NamedTuple):
    """A name that several licenses share: `BSD`, `GPL`, `Apache`."""

    name: str
    candidates: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


class And(NamedTuple):
    """All parts apply."""

    parts: tuple["Expression", ...]
    operator: str = "AND"

    def __str__(self) -> str:
        return " AND ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


class Or(NamedTuple):
    """The user of the package chooses one part."""

    parts: tuple["Expression", ...]
    operator: str = "OR"

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


Leaf = License | With | Word | Unclear
Expression = Leaf | And | Or


def all_of(parts: list[Expression]) -> Expression:
    """`parts` joined by AND, flattened; the part itself if there is only one."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Expression] = []
    for part in parts:
        if isinstance(part, And):
            flat.extend(part.parts)
        else:
            flat.append(part)
    return And(tuple(flat))


def any_of(parts: list[Expression]) -> Expression:
    """`parts` joined by OR, flattened; the part itself if there is only one."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Expression] = []
    for part in parts:
        if isinstance(part, Or):
            flat.extend(part.parts)
        else:
            flat.append(part)
    return Or(tuple(flat))


def leaves(expression: Expression) -> tuple[Leaf, ...]:
    """Every license, pair and word of the expression, from left to right."""
    if not isinstance(expression, (And, Or)):
        return (expression,)
    found: list[Leaf] = []
    for part in expression.parts:
        if isinstance(part, (And, Or)):
            found.extend(leaves(part))
        else:
            found.append(part)
    return tuple(found)


def simplify(expression: Expression) -> Expression:
    """Without repetitions and absorbed parts: `(MIT AND ISC) OR MIT` is `MIT`. Never changes a verdict; it drops
    licenses, so it is for decisions and not for lists of attributions."""
    if isinstance(expression, And):
        joined = all_of([simplify(part) for part in expression.parts])
        return all_of(_absorb(joined.parts, Or)) if isinstance(joined, And) else joined
    if isinstance(expression, Or):
        joined = any_of([simplify(part) for part in expression.parts])
        return any_of(_absorb(joined.parts, And)) if isinstance(joined, Or) else joined
    return expression


def _absorb(parts: tuple[Expression, ...], inner: type[And] | type[Or]) -> list[Expression]:
    """`A OR (A AND B)` is `A`, and `A AND (A OR B)` is `A`; `inner` is the operator inside the parentheses."""
    unique = dict.fromkeys(parts)
    sets = {part: frozenset(part.parts if isinstance(part, inner) else (part,)) for part in unique}
    smaller = sorted(set(sets.values()), key=len)
    kept: list[Expression] = []
    seen: set[frozenset[Expression]] = set()
    for part in unique:
        mine = sets[part]
        if mine not in seen and not any(other < mine for other in smaller):
            kept.append(part)
            seen.add(mine)
    return kept
