"""The sections `notices`, `sbom` and `inventory` in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.model.phrase import Phrase, say
from checks.policy_page.page import Block, Bullets, Paragraph
from checks.policy_page.words import Say, Scene, bullets, choice, inside, line, listed, names, sentence

_STANDARDS = {
    "ntia": "NTIA, 2021",
    "cisa": "CISA, draft of 2025",
    "cisa-2026": "CISA, 2026",
    "bsi": "BSI TR-03183-2, v2.1",
    "cra": "Cyber Resilience Act, Regulation (EU) 2024/2847",
}

NOTICES: Mapping[str, Say] = {
    "file": line("Third-party notices stand in {}."),
    "scope": choice(
        {"shipped": "They list every package that is shipped.", "all": "They list every package, tools, too."}
    ),
}


def _elements(value: Any, _scene: Scene) -> Iterator[Block]:
    if value:
        said = "; ".join(_STANDARDS.get(item.value, item.value) for item in value)
        yield Paragraph((f"An SBOM in a repository has the minimum elements of: {said}.",))
    else:
        yield Paragraph(("No minimum elements are asked of an SBOM.",))


def _covered(entry: Any, _scene: Scene) -> Phrase:
    return say("{} is about {}", str(entry.sbom), listed(entry.manifests))


SBOM: Mapping[str, Say] = {
    "minimum_elements": _elements,
    "complete": lambda value, _: [sentence("Each element is there for {} of the components or more.", (str(value),))],
    "committed_sbom": choice(
        {
            "must-match": "Where a repository has an SBOM, it lists what the lock files list.",
            "required": "Every repository has an SBOM, and it lists what the lock files list.",
            "may-differ": "An SBOM in a repository may list other packages than the lock files.",
            "forbidden": "SBOMs are not committed.",
        }
    ),
    "scope": choice({"shipped": "It lists what is shipped.", "all": "It lists everything, tools, too."}),
    "minimum_score": lambda value, _: (
        [sentence("Its quality scores {} of 10 or more.", (str(value),))] if value is not None else ()
    ),
    "files": inside(names("Looked for under the names {}.")),
    "covers": inside(bullets("Which manifests an SBOM is about:", _covered)),
    "ignore": inside(names("Not judged: {}.")),
}


def _same(value: Any, _scene: Scene) -> Iterator[Block]:
    if value:
        yield Paragraph(("Addresses that serve the same packages:",))
        yield Bullets(tuple(listed(group) for group in value))


INVENTORY: Mapping[str, Say] = {"same_sources": inside(_same)}
