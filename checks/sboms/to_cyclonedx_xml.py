"""CycloneDX 1.5 to 1.7 as XML: cyclonedx-python-lib turns our JSON into it (the extra `sbom`)."""

import json
import re
from xml.sax.saxutils import quoteattr

from checks.sboms.content import Content
from checks.sboms.lines import document
from checks.sboms.to_cyclonedx import members

#: After which element the schema wants the compositions, which the library does not know.
_BEFORE = "  </dependencies>\n"
_TIME = re.compile(r" *<timestamp>[^<]*</timestamp>\n")


def cyclonedx_xml(content: Content, version: str) -> str:
    """The document. `version` as of `cyclonedx_json`. Raises ImportError where the library is not installed."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    found = members(content, version, mixed=False)
    bom = Bom.from_json(json.loads(document(found)))  # type: ignore[attr-defined]  # made by a decorator
    outputter = make_outputter(bom, OutputFormat.XML, SchemaVersion.from_version(version))
    text = outputter.output_as_string(indent=2)
    if content.created is None:
        text = _TIME.sub("", text, count=1)  # the library takes the clock's
    compositions = found["compositions"]
    head, end, tail = text.rpartition(_BEFORE)
    return head + end + _compositions(compositions if isinstance(compositions, list) else []) + tail


def _compositions(rows: list[dict[str, object]]) -> str:
    lines = ["  <compositions>"]
    for row in rows:
        refs = row["dependencies"]
        lines += ["    <composition>", f"      <aggregate>{row['aggregate']}</aggregate>", "      <dependencies>"]
        lines += [f"        <dependency ref={quoteattr(ref)}/>" for ref in refs if isinstance(refs, list)]
        lines += ["      </dependencies>", "    </composition>"]
    return "\n".join([*lines, "  </compositions>\n"])
