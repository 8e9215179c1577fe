"""The parser: what it reads, how it writes it, and where it says that something is wrong."""

import pytest

from checks.licenses.expression import ExpressionError, Fault, parse
from checks.licenses.tree import And, License, Or, With, Word, simplify


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("MIT", License("MIT")),
        ("apache-2.0+", License("Apache-2.0", or_later=True)),
        ("gpl-2.0-OR-LATER", License("GPL-2.0-or-later", or_later=True)),
        ("GPL-2.0-or-later+", License("GPL-2.0-or-later", or_later=True)),
        ("GPL-2.0+", License("GPL-2.0-or-later", or_later=True)),
        ("DocumentRef-a : LicenseRef-b", License("LicenseRef-b", document_ref="DocumentRef-a")),
        ("GPL-2.0 with classpath-exception-2.0", With(License("GPL-2.0-only"), "Classpath-exception-2.0")),
        ("MIT WITH AdditionRef-x", With(License("MIT"), "AdditionRef-x")),
        ("MIT WITH DocumentRef-a:AdditionRef-x", With(License("MIT"), "DocumentRef-a:AdditionRef-x")),
        ("none", Word("NONE")),
        ("Unlicense", License("Unlicense")),
        ("UNLICENSED", Word("UNLICENSED")),
        ("MIT OR ISC AND Zlib", Or((License("MIT"), And((License("ISC"), License("Zlib")))))),
        ("(MIT OR ISC) AND Zlib", And((Or((License("MIT"), License("ISC"))), License("Zlib")))),
        ("MIT AND (ISC AND Zlib)", And((License("MIT"), License("ISC"), License("Zlib")))),
        ("Foo-1.0", License("Foo-1.0")),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert parse(text) == value


def test_and_differs_from_or_as_a_value() -> None:
    assert parse("MIT AND ISC") != parse("MIT OR ISC")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("mit or (isc and zlib)", "MIT OR ISC AND Zlib"),
        ("(mit or isc) and zlib", "(MIT OR ISC) AND Zlib"),
        ("GPL-2.0-with-GCC-exception", "GPL-2.0-only WITH GCC-exception-2.0"),
        ("wxwindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"),
        ("documentref-a", "documentref-a"),
        ("DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b"),
        ("CDDL-1.0+", "CDDL-1.0+"),
    ],
)
def test_writes_canonically(text: str, written: str) -> None:
    assert str(parse(text)) == written


@pytest.mark.parametrize(
    ("text", "fault", "column"),
    [
        ("", Fault.EMPTY, 1),
        ("   ", Fault.EMPTY, 1),
        ("MIT OR", Fault.OPERAND, 7),
        ("AND MIT", Fault.OPERAND, 1),
        ("MIT AND OR ISC", Fault.OPERAND, 9),
        ("()", Fault.OPERAND, 2),
        ("MIT ISC", Fault.OPERATOR, 5),
        ("MIT Or ISC", Fault.OPERATOR, 5),
        ("MIT (ISC)", Fault.OPERATOR, 5),
        ("(MIT", Fault.PARENTHESIS, 1),
        ("MIT)", Fault.PARENTHESIS, 4),
        ("MIT/ISC", Fault.CHARACTER, 4),
        ("MIT\t", Fault.CHARACTER, 4),
        ("\nMIT", Fault.CHARACTER, 1),
        ("MIT_0", Fault.CHARACTER, 4),
        ("MIT +", Fault.CHARACTER, 5),
        ("GPL-2.0-only+", Fault.PLUS, 1),
        ("LicenseRef-x+", Fault.PLUS, 1),
        ("LicenseRef-", Fault.REFERENCE, 1),
        ("DocumentRef-a", Fault.REFERENCE, 1),
        ("DocumentRef-a:", Fault.REFERENCE, 15),
        ("DocumentRef-a:MIT", Fault.REFERENCE, 15),
        ("MIT WITH", Fault.EXCEPTION, 9),
        ("MIT WITH ISC", Fault.EXCEPTION, 10),
        ("(MIT) WITH LLVM-exception", Fault.EXCEPTION, 7),
        ("NONE WITH LLVM-exception", Fault.EXCEPTION, 6),
        ("GPL-2.0-with-GCC-exception WITH LLVM-exception", Fault.EXCEPTION, 28),
        ("LLVM-exception", Fault.EXCEPTION, 1),
        ("MIT:ISC", Fault.OPERATOR, 4),
    ],
)
def test_says_where_it_stopped(text: str, fault: Fault, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.fault, caught.value.column) == (fault, column)


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("MIT AND MIT", "MIT"),
        ("(MIT AND ISC) OR MIT", "MIT"),
        ("(MIT OR ISC) AND MIT", "MIT"),
        ("(MIT AND MIT) OR (Apache-2.0 AND MIT)", "MIT"),
        ("ISC OR MIT OR ISC", "ISC OR MIT"),
        ("MIT AND (ISC OR Zlib)", "MIT AND (ISC OR Zlib)"),
    ],
)
def test_simplifies(text: str, simple: str) -> None:
    assert str(simplify(parse(text))) == simple
