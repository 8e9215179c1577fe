"""What the license texts of one package mean together."""

from collections.abc import Sequence
from dataclasses import replace

from checks.model.packages import LicenseText


def in_company(texts: Sequence[LicenseText]) -> tuple[LicenseText, ...]:
    """The texts as they are to be read beside each other.

    LGPL 3.0 is a set of permissions on top of GPL 3.0 and refers to its text, so packages carry both (`COPYING` and
    `COPYING.LESSER`). The GPL beside it is a part of that license and no license of its own.
    """
    lesser = next((text for text in texts if text.license == "LGPL-3.0"), None)
    if lesser is None:
        return tuple(texts)
    return tuple(replace(text, license="LGPL-3.0") if text.license == "GPL-3.0" else text for text in texts)
