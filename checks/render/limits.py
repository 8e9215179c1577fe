"""What GitHub accepts, each with its source, and how long text is cut to fit."""

from collections.abc import Callable, Sequence

#: REST refuses a longer comment body (422 "Body is too long (maximum is 65536 characters)"); a little air below it.
COMMENT = 65_000
#: REST "Create a check run": `output.summary` and `output.text`, in characters.
CHECK_TEXT = 65_535
#: Ours: the title stands beside the check in the merge box, which shows about this much.
CHECK_TITLE = 60
#: REST "Create a check run": annotation `title`, in characters.
ANNOTATION_TITLE = 255
#: REST "Create a check run": annotation `message` and `raw_details`, 64 KB each, in bytes.
ANNOTATION_TEXT = 64 * 1024
#: REST "Create a check run": annotations in one request; further requests append.
ANNOTATIONS_PER_REQUEST = 50
#: Runner `_maxCountPerIssueType`: annotations of one level that one step may create; more are dropped silently.
WORKFLOW_PER_LEVEL = 10
#: The runner cuts the message of a workflow command here, in characters.
WORKFLOW_MESSAGE = 4_096
#: GitHub Actions: a step summary above 1 MiB is not uploaded.
STEP_SUMMARY = 1024 * 1024
#: Code scanning: results in one run, and locations that it keeps of one result.
SARIF_RESULTS, SARIF_LOCATIONS = 25_000, 100

#: How many items of a list are shown, from generous to none, until the whole text fits.
_SHORTER = (50, 20, 10, 5, 2, 0)


def fit(build: Callable[[int], str], items: int, limit: int, *, size: Callable[[str], int] = len) -> str:
    """The longest of `build(items)`, `build(fewer)`, … that fits; `build` takes how many items each list may show."""
    for shown in (items, *(fewer for fewer in _SHORTER if fewer < items)):
        text = build(shown)
        if size(text) <= limit:
            return text
    return text[: limit // 4]  # not reachable with our texts; 4: the longest UTF-8 character


def utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def cut_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, cut between characters, with an ellipsis where something is missing."""
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= limit else raw[: limit - 3].decode("utf-8", "ignore") + "…"


def first(items: Sequence[str], shown: int) -> list[str]:
    """The first `shown` items and, if some are left, `and 371 more` as the last one."""
    rest = len(items) - shown
    return list(items) if rest <= 0 else [*items[:shown], f"and {rest:,} more" if shown else f"{rest:,} in all"]
