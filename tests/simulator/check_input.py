"""The rules for the input of check runs: fields, sizes and values that GitHub accepts, and its words when not."""

import re
from collections.abc import Iterable

from .errors import invalid_request, validation_failed
from .world import Json

ANNOTATIONS_PER_REQUEST = 50
ACTIONS = 3
TEXT_MAX_CHARACTERS = 65_535
TITLE_MAX_CHARACTERS = 255
ANNOTATION_MAX_BYTES = 64 * 1024  # message and raw_details
CONCLUSIONS = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out")
STATUSES = ("queued", "in_progress", "completed")
ACTIONS_ONLY_STATUSES = ("waiting", "requested", "pending")
ANNOTATION_LEVELS = ("notice", "warning", "failure")
_TIMESTAMP = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
_RUN_KEYS = (
    "name", "head_sha", "details_url", "external_id", "status", "started_at", "conclusion", "completed_at",
    "output", "actions",
)  # fmt: skip
_ANNOTATION_KEYS = (
    "path", "start_line", "end_line", "start_column", "end_column", "annotation_level", "message", "title",
    "raw_details",
)  # fmt: skip


def check_run(body: object, new: bool) -> Json:
    """The body of POST (`new`) or PATCH when it is acceptable, else raises a 422 ApiError."""
    values = _object(body, _RUN_KEYS if new else tuple(k for k in _RUN_KEYS if k != "head_sha"), "")
    if new:
        _required(values, ("name", "head_sha"))
    for key in ("name", "head_sha", "details_url", "external_id", "status", "conclusion"):
        _string(values, key)
    if "name" in values and not values["name"].strip():
        raise validation_failed("CheckRun", "name", "missing_field")
    if values.get("details_url") and not re.match(r"https?://", values["details_url"]):
        raise validation_failed("CheckRun", "details_url", "custom", "details_url must use http or https scheme")
    status, conclusion = values.get("status"), values.get("conclusion")
    if status in ACTIONS_ONLY_STATUSES:
        raise invalid_request(f"For 'properties/status', \"{status}\" can only be set by GitHub Actions.")
    _member(values, "status", STATUSES)
    _member(values, "conclusion", CONCLUSIONS)  # `stale` is set by GitHub alone
    if status == "completed" and conclusion is None:
        raise invalid_request('"conclusion" wasn\'t supplied.')
    for key in ("started_at", "completed_at"):
        value = values.get(key)
        if value is not None and not (isinstance(value, str) and _TIMESTAMP.match(value)):
            raise invalid_request(f"For 'properties/{key}', {value!r} is not a valid date-time.")
    if values.get("output") is not None:
        _check_output(values["output"])
    if values.get("actions") is not None:
        _check_actions(values["actions"])
    return values


def _check_output(output: object) -> None:
    values = _object(output, ("title", "summary", "text", "annotations", "images"), "output")
    _required(values, ("title", "summary"))
    for key in ("title", "summary", "text"):
        _string(values, key)
    for key in ("summary", "text"):
        _length(values, key, TEXT_MAX_CHARACTERS)
    annotations = _list(values, "annotations", ANNOTATIONS_PER_REQUEST)
    for annotation in annotations:
        _check_annotation(annotation)
    for image in _list(values, "images", 1_000):
        entry = _object(image, ("alt", "image_url", "caption"), "images")
        _required(entry, ("alt", "image_url"))


def _check_annotation(annotation: object) -> None:
    values = _object(annotation, _ANNOTATION_KEYS, "annotations")
    _required(values, ("path", "start_line", "end_line", "annotation_level", "message"))
    for key in ("path", "message", "title", "raw_details"):
        _string(values, key)
    for key in ("start_line", "end_line", "start_column", "end_column"):
        number = values.get(key)
        if number is None and key.endswith("column"):
            continue
        if not isinstance(number, int) or isinstance(number, bool):
            raise invalid_request(f"For 'properties/{key}', {number!r} is not an integer.")
        if number < 1:
            raise invalid_request(f"For 'properties/{key}', {number} must be greater than or equal to 1.")
    _member(values, "annotation_level", ANNOTATION_LEVELS)
    if not values["path"] or values["path"].startswith("/"):
        raise validation_failed("CheckAnnotation", "path", "invalid", "path must be relative to the repository")
    if values["end_line"] < values["start_line"]:
        raise validation_failed("CheckAnnotation", "end_line", "invalid", "end_line must not precede start_line")
    columns = [values.get("start_column"), values.get("end_column")]
    if any(columns) and values["start_line"] != values["end_line"]:
        message = "start_column and end_column need start_line and end_line to be the same"
        raise validation_failed("CheckAnnotation", "start_column", "invalid", message)
    if not values["message"]:
        raise validation_failed("CheckAnnotation", "message", "missing_field")
    _length(values, "title", TITLE_MAX_CHARACTERS)
    for key in ("message", "raw_details"):
        size = len((values.get(key) or "").encode())
        if size > ANNOTATION_MAX_BYTES:
            message = f"{key} exceeds a maximum bytesize of {ANNOTATION_MAX_BYTES}"
            raise validation_failed("CheckAnnotation", key, "custom", message)


def _check_actions(actions: object) -> None:
    for action in _list({"actions": actions}, "actions", ACTIONS):
        values = _object(action, ("label", "description", "identifier"), "actions")
        _required(values, ("label", "description", "identifier"))
        for key, limit in (("label", 20), ("description", 40), ("identifier", 20)):
            _string(values, key)
            _length(values, key, limit)


def _object(value: object, keys: Iterable[str], place: str) -> Json:
    if not isinstance(value, dict):
        raise invalid_request(f"{place or 'The body'} is not an object.")
    for key in value:
        if key not in keys:
            raise invalid_request(f'"{key}" is not a permitted key.')
    return value


def _required(values: Json, keys: Iterable[str]) -> None:
    missing = [f'"{key}"' for key in keys if values.get(key) is None]
    if missing:
        raise invalid_request(f"{', '.join(missing)} {'weren' if len(missing) > 1 else 'wasn'}'t supplied.")


def _string(values: Json, key: str) -> None:
    if values.get(key) is not None and not isinstance(values[key], str):
        raise invalid_request(f"For 'properties/{key}', {values[key]!r} is not a string.")


def _length(values: Json, key: str, limit: int) -> None:
    size = len(values.get(key) or "")
    if size > limit:
        raise invalid_request(f"Only {limit} characters are allowed; {size} were supplied.")


def _member(values: Json, key: str, allowed: tuple[str, ...]) -> None:
    if values.get(key) is not None and values[key] not in allowed:
        names = ", ".join(f'"{name}"' for name in allowed)
        raise invalid_request(f"For 'properties/{key}', \"{values[key]}\" is not a member of [{names}].")


def _list(values: Json, key: str, limit: int) -> list[object]:
    items = values.get(key) or []
    if not isinstance(items, list):
        raise invalid_request(f"For 'properties/{key}', the value is not an array.")
    if len(items) > limit:
        raise invalid_request(f"No more than {limit} items are allowed; {len(items)} were supplied.")
    return items
