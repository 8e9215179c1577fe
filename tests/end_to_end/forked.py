"""`ospo-gate serve` as a process of its own within milliseconds: forked from one that has imported it already.

The import is more than a second of each start, and the tests that kill and start the service do it a hundred times.
What is forked has its own environment, folder and output, and dies as any process does. Stages that live for a session
are started as an operator starts them.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
#: What the processes need, imported before they are forked.
_IMPORTED = (
    "alembic.command", "app.cli.arguments.serve", "app.cli.listening", "app.cli.serve", "app.logs", "app.store.quick",
    "app.store.schema", "app.wiring", "checks.engine.fixes", "checks.manifests.npm", "httpx2",
    "tests.end_to_end.mortal",
)  # fmt: skip
#: As a program without a file, for `multiprocessing` would import one again in each process that the service starts.
_PROGRAM = "import sys; sys.path[0] = sys.argv[1]; from tests.end_to_end.forked import breed; breed(int(sys.argv[2]))"
_REQUEST_BYTES = 1 << 16


class Forked(subprocess.Popen[bytes]):
    """Looks like the process that it is; only that its parent is another process of ours, who tells how it ended."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], output: IO[bytes], cwd: Path) -> None:
        """`command`: a module with a function `main`, and its arguments."""
        self.args = list(command)
        self.stdin = self.stdout = self.stderr = None
        self.returncode: Any = None
        self._told, tells = os.pipe()
        self._looking = threading.Lock()
        request = json.dumps([self.args, str(cwd), dict(env)]).encode()
        assert len(request) < _REQUEST_BYTES
        try:
            socket.send_fds(_breeder(), [request], [output.fileno(), tells])
        finally:
            os.close(tells)
        self.pid = int(self._line())

    def _line(self) -> bytes:
        line = b""
        while (byte := os.read(self._told, 1)) not in (b"", b"\n"):
            line += byte
        return line

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return code

    def _ended(self, seconds: float | None) -> int | None:
        end = None if seconds is None else time.monotonic() + seconds
        ending = select.poll()  # one for each who asks: two threads cannot look with the same
        ending.register(self._told, select.POLLIN)
        while self.returncode is None:
            left = None if end is None else max(end - time.monotonic(), 0) * 1000
            if not ending.poll(left):
                return None
            with self._looking:
                if self.returncode is None:
                    self.returncode = int(self._line() or -signal.SIGKILL)
        return int(self.returncode)

    def __del__(self) -> None:
        os.close(self._told)  # not before: another thread may look at it just as it ends

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)


@cache
def _breeder() -> socket.socket:
    """One for this process; it ends, with all that it forked, when this process does."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OSPO_GATE_", "OTEL_"))}
    command = [sys.executable, "-c", _PROGRAM, str(ROOT), str(its.fileno())]
    subprocess.Popen(command, env=clean, pass_fds=[its.fileno()], cwd=ROOT).returncode = 0  # nobody waits for it
    its.close()
    return ours


def breed(number: int) -> None:
    """Fork what is asked for over the socket with this number, and tell how it ended."""
    for name in _IMPORTED:
        import_module(name)
    gc.freeze()
    asked = socket.socket(fileno=number)
    awake, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    children: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([number, awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            _tell(children)
        if number in ready:
            request, numbers, _, _ = socket.recv_fds(asked, _REQUEST_BYTES, 2)
            if not request:
                break
            output, tells = numbers
            pid = os.fork()
            if pid == 0:
                for other in (number, awake, wakes, tells, *children.values()):
                    os.close(other)
                asked.detach()
                _become(output, *json.loads(request))
            os.close(output)
            children[pid] = tells
            os.write(tells, f"{pid}\n".encode())
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _tell(children: dict[int, int]) -> None:
    """Of all that have ended."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        tells = children.pop(pid)
        os.write(tells, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(tells)


def _become(output: int, command: list[str], folder: str, environment: dict[str, str]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for standard in (1, 2):
        os.dup2(output, standard)
    os.close(output)
    name, *arguments = command
    sys.argv = ["ospo-gate", *arguments]
    sys.exit(import_module(name).main(arguments))
