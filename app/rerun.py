"""Running a failed workflow run of a pull request again, as the CLA action did: its verdict is set anew on the head."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from app.plain_api import PlainApi, RefusedError, repository_path

#: Seconds that a run which is still going is waited for, and between two looks at it.
PATIENCE, PAUSE = 120.0, 5.0
_EVENTS = ("pull_request_target", "pull_request")


class Came(Enum):
    """What came of it."""

    STARTED = auto()
    PASSED = auto()
    """The newest run has passed: there is nothing to set anew."""
    NOTHING = auto()
    """No run has judged this head."""
    WAITING = auto()
    """A run has not begun yet: it will see what there is by then."""
    GOING = auto()
    """It goes on for longer than anybody waits."""
    REFUSED = auto()
    """The token may not."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """Runs of this very workflow."""

    api: PlainApi
    repository: str
    run_id: int
    """The run that we are in: its workflow is the one whose runs count."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def of_head(self, sha: str) -> Came:
        """The newest run that judged the commit. Raises `RefusedError` only where GitHub fails."""
        actions = f"{repository_path(self.repository)}/actions"
        end = self.clock() + PATIENCE
        try:
            workflow = self.api.get(f"{actions}/runs/{self.run_id}").json.get("workflow_id")
            while True:
                run = self._newest(actions, workflow, sha)
                if run is None:
                    return Came.NOTHING
                if run.get("status") == "completed":
                    break
                if run.get("status") != "in_progress":
                    return Came.WAITING
                if self.clock() > end:
                    return Came.GOING
                self.sleep(PAUSE)
            if run.get("conclusion") == "success":
                return Came.PASSED
            self.api.call("POST", f"{actions}/runs/{int(run['id'])}/rerun")
        except RefusedError as error:
            if error.status in (403, 404):
                return Came.REFUSED
            raise
        return Came.STARTED

    def _newest(self, actions: str, workflow: object, sha: str) -> dict[str, Any] | None:
        runs = self.api.pages(f"{actions}/runs", "workflow_runs", limit=300, head_sha=sha)
        ours = [run for run in runs if run.get("workflow_id") == workflow and run.get("event") in _EVENTS]
        return max(ours, key=lambda run: int(run["id"]), default=None)
