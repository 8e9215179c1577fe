"""What the licenses of models and data sets ask, in few words and with the place in their text: facts, no advice.

Written from the license texts. What is not listed may ask something, too; the text is what counts.
"""

from typing import NamedTuple

from checks.licenses.expression import ExpressionError, parse
from checks.licenses.index import Category, categories
from checks.licenses.tree import License, With, leaves


class Condition(NamedTuple):
    """One thing that a license asks."""

    asks: str
    where: str
    """The place in its text."""


_POLICY = Condition("keep to the acceptable use policy", "section 1.b.iv")
_USERS = Condition("get another license above 700 million monthly active users at its release date", "section 2")
_OPENRAIL = (
    Condition("keep to the restrictions of use, and pass them on to those who receive the model", "attachment A"),
    Condition("hand on a copy of the license, and state changes", "sharing and redistribution"),
)
_LLAMA_NAME = (
    _USERS,
    _POLICY,
    Condition("show 'Built with Llama', and hand on the license and its notice", "section 1.b"),
    Condition("begin the names of models that it helps to make with 'Llama'", "section 1.b.i"),
)
_EUROPE = Condition("no rights to multimodal models for who lives or has its main place in the EU", "use policy")
_NOT_COMMERCIAL = Condition("no commercial use", "the license grants none")
_SHARE_ALIKE = Condition("share what is derived under the same license", "share alike")

_SCANCODE = "licenseref-scancode-"
_TABLE: dict[str, tuple[Condition, ...]] = {
    f"{_SCANCODE}llama-2-license-2023": (
        _USERS,
        _POLICY,
        Condition("do not improve other language models with it or its output", "section 1.b.v"),
        Condition("hand on the license and its notice", "section 1.b"),
    ),
    "licenseref-huggingface-llama3": (
        _USERS,
        _POLICY,
        Condition("do not improve other language models with it or its output", "section 1.b.v"),
        Condition("show 'Built with Meta Llama 3', and hand on the license and its notice", "section 1.b"),
        Condition("begin the names of models that it helps to make with 'Llama 3'", "section 1.b.i"),
    ),
    f"{_SCANCODE}llama-3.1-license-2024": _LLAMA_NAME,
    f"{_SCANCODE}llama-3.2-license-2024": (*_LLAMA_NAME, _EUROPE),
    f"{_SCANCODE}llama-3.3-license-2024": _LLAMA_NAME,
    f"{_SCANCODE}llama-4-license-2025": (*_LLAMA_NAME, _EUROPE),
    f"{_SCANCODE}gemma-tou-2024-04-01": (
        Condition("keep to the prohibited use policy, and pass its restrictions on", "sections 3.1 and 3.2"),
        Condition("hand on the terms and a notice, and state changes", "section 3.1"),
        Condition("Google may restrict use that it takes for a violation", "section 3.2"),
    ),
    f"{_SCANCODE}bigscience-open-rail-m": _OPENRAIL,
    f"{_SCANCODE}bigscience-open-rail-m2": _OPENRAIL,
    f"{_SCANCODE}bigscience-rail-1.0": _OPENRAIL,
    f"{_SCANCODE}bigcode-open-rail-m-v1": _OPENRAIL,
    f"{_SCANCODE}stable-diffusion-2022-08-22": _OPENRAIL,
    f"{_SCANCODE}deepseek-la-1.0": _OPENRAIL,
    "licenseref-huggingface-openrail": _OPENRAIL,
    "licenseref-huggingface-openrail-plus-plus": _OPENRAIL,
    f"{_SCANCODE}stability-ai-community-2024": (
        Condition("get another license above US$ 1 million of annual revenue", "community license"),
        Condition("show 'Powered by Stability AI', and hand on the license and its notice", "distribution"),
        Condition("keep to the acceptable use policy", "restrictions"),
    ),
    f"{_SCANCODE}tongyi-qianwen-2023": (
        Condition("get another license above 100 million monthly active users", "section 3"),
        Condition("do not improve other language models with it or its output", "section 4"),
    ),
    f"{_SCANCODE}nvidia-open-model-2025-04-28": (
        Condition("hand on the license with an attribution to NVIDIA", "redistribution"),
        Condition("replace safety guardrails that are taken out, or the rights end", "guardrails"),
    ),
    "odbl-1.0": (Condition("share databases that are derived under the same license", "section 4.4"),),
    "c-uda-1.0": (Condition("use the data for computation only, and pass that on", "grant of rights"),),
}
_MAX = 8


def conditions(statement: str) -> tuple[Condition, ...]:
    """What the licenses of an expression ask beyond attribution."""
    try:
        expression = parse(statement)
    except ExpressionError:
        return ()
    found: dict[Condition, None] = {}
    for leaf in leaves(expression):
        if isinstance(leaf, License | With):
            license_ = leaf.license if isinstance(leaf, With) else leaf
            found.update(dict.fromkeys(_of(license_.id.lower())))
    return tuple(found)[:_MAX]


def _of(folded: str) -> tuple[Condition, ...]:
    listed = _TABLE.get(folded, ())
    if Category.NON_COMMERCIAL in categories(folded):
        listed = (_NOT_COMMERCIAL, *listed)
    if folded.startswith("cc-by-"):
        listed += (_SHARE_ALIKE,) if "-sa-" in folded else ()
        listed += (Condition("do not share what is derived", "no derivatives"),) if "-nd-" in folded else ()
    return listed
