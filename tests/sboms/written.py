"""Documents that we write, in every format, and what they say when they are read again."""

from collections.abc import Callable, Sequence

from checks.model.dependency import Dependency, Inventory, Location
from checks.sboms.assembly import About, assemble
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.document import parse
from checks.sboms.to_cyclonedx import cyclonedx_json
from checks.sboms.to_cyclonedx_xml import cyclonedx_xml
from checks.sboms.to_spdx import spdx_json
from checks.sboms.to_spdx3 import spdx3_json
from checks.sboms.to_spdx_tags import spdx_tag_value
from checks.sboms.wording import worded

ABOUT = About(
    Subject("acme/web", "v1.2.0", "c0ffee" + "0" * 34, "https://git.example.org/acme/web"),
    Tool("ospo-gate", "0.1.0"),
    "2026-11-20T10:00:00Z",
)
#: By the name of a file that holds such a document.
ALL: dict[str, Callable[[Content], str]] = {
    "bom-1.5.cdx.json": lambda content: cyclonedx_json(content, "1.5"),
    "bom-1.6.cdx.json": lambda content: cyclonedx_json(content, "1.6"),
    "bom-1.7.cdx.json": lambda content: cyclonedx_json(content, "1.7"),
    "bom.spdx.json": spdx_json,
    "bom.spdx": spdx_tag_value,
    "bom.spdx3.json": spdx3_json,
    "bom-1.5.cdx.xml": lambda content: cyclonedx_xml(content, "1.5"),
    "bom-1.6.cdx.xml": lambda content: cyclonedx_xml(content, "1.6"),
    "bom-1.7.cdx.xml": lambda content: cyclonedx_xml(content, "1.7"),
}


def content(*dependencies: Dependency, edges: Sequence[Sequence[int]] = (), about: About = ABOUT) -> Content:
    """A document about one manifest."""
    inventory = Inventory("uv.lock", "uv-lock", dependencies, tuple(map(tuple, edges)))
    return assemble([inventory], about)


def package(name: str, version: str | None = "1.0.0", *, line: int = 1, **fields: object) -> Dependency:
    """`package("pkg:npm/left-pad", license="MIT")`."""
    short = name.rpartition("/")[2]
    return Dependency(name, short, version, Location("uv.lock", line, line), **fields)  # type: ignore[arg-type]


Told = tuple[object, ...]


def told(found: Content) -> dict[str, Told]:
    """What is known of each component: equal before writing and after reading."""
    rows: dict[str, Told] = {}
    for component in found.components:
        license_ = component.concluded or component.declared
        rows[component.ref] = (
            component.version,
            component.scope.value,
            component.direct,
            component.origin.value,
            component.source,
            worded(license_).text if license_ else None,
            frozenset(component.hashes),
            frozenset(component.integrity),
            frozenset(found.components[index].ref for index in component.requires or ()),
        )
    return rows


def read_again(text: str, name: str) -> Content:
    return assemble([parse(text, name, {})], ABOUT)
