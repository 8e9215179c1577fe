"""The formats in which documents are written, each loaded where it is asked for."""

from checks.sboms.content import Content

_CYCLONEDX = ("1.6", "1.7", "1.5")
#: Format → its versions; the first one is written where nobody asks for another.
VERSIONS = {
    "cyclonedx-json": _CYCLONEDX,
    "cyclonedx-xml": _CYCLONEDX,
    "spdx-json": ("2.3",),
    "spdx-tag-value": ("2.3",),
    "spdx3-json": ("3.0.1",),
}


def write(content: Content, format_: str, version: str | None = None) -> str:
    """The document. `format_`: a key of `VERSIONS`; `version`: one of its versions.

    Raises ValueError for SPDX where nothing tells the time of creation, which it demands.
    """
    match format_:
        case "cyclonedx-json":
            from checks.sboms.to_cyclonedx import cyclonedx_json

            return cyclonedx_json(content, version or _CYCLONEDX[0])
        case "cyclonedx-xml":
            from checks.sboms.to_cyclonedx_xml import cyclonedx_xml

            return cyclonedx_xml(content, version or _CYCLONEDX[0])
        case "spdx-json":
            from checks.sboms.to_spdx import spdx_json

            return spdx_json(content)
        case "spdx-tag-value":
            from checks.sboms.to_spdx_tags import spdx_tag_value

            return spdx_tag_value(content)
        case _:
            from checks.sboms.to_spdx3 import spdx3_json

            return spdx3_json(content)
