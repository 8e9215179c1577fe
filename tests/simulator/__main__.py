"""Run the simulator as a process of its own: `python -m tests.simulator --port 9000`."""

import argparse
import json
import signal
import threading
from pathlib import Path

from .control import Control, world
from .pages import Pages
from .simulator import Simulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description="A GitHub on 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="default: a free one, printed on the first line")
    parser.add_argument("--ghes", action="store_true", help="behave like GitHub Enterprise Server 3.19")
    parser.add_argument("--world", type=Path, help="a JSON file for POST /_sim/world, built at the start")
    parser.add_argument("--unlimited", action="store_true", help="no primary rate limit (benchmarks)")
    options = parser.parse_args()
    simulator = Simulator("ghes" if options.ghes else "github.com", options.port)
    simulator.limits.enabled = simulator.limits.enabled and not options.unlimited
    control = Control(simulator)
    simulator.server.control = control
    simulator.server.page = Pages(simulator.world)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with simulator:
        made = world(control, json.loads(options.world.read_text())) if options.world else {}
        urls = {"url": simulator.url, "api_url": simulator.api_url, "graphql_url": simulator.graphql_url}
        print(json.dumps(urls | ({"world": made} if made else {})), flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
