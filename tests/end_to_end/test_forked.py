"""The stages' own way to start processes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.end_to_end.forked import Forked


def test_several_threads_may_wait_for_one_process(tmp_path: Path) -> None:
    with (tmp_path / "log").open("ab") as log, ThreadPoolExecutor(4) as threads:
        process = Forked(["app.cli.main", "no-such-command"], {}, log, tmp_path)
        codes = list(threads.map(lambda _: process.wait(60), range(4)))
    assert codes == [2] * 4
