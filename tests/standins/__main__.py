"""Run the stand-ins for trials by hand: `python -m tests.standins` prints the variables that lead to them."""

import signal
import threading

from .all import Standins


def main() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Standins() as standins:
        standins.depsdev.knows("NPM", "left-pad", "1.3.0", "WTFPL")
        standins.depsdev.knows("PYPI", "requests", "2.19.0", "Apache-2.0")
        known = {"aliases": ["CVE-2018-18074"], "database_specific": {"severity": "HIGH"}}
        standins.osv.knows("GHSA-x84v-xcm2-53pg", "PyPI", "requests", "2.19.0", **known)
        standins.kev.exploited["CVE-2018-18074"] = "2024-01-02"
        standins.epss.scores["CVE-2018-18074"] = ("0.01234", "0.78")
        standins.endoflife.knows("python", "pkg:generic/python", _3_8="2024-10-07", _3_14="2030-10-31")
        for name, value in standins.environment().items():
            print(f"export {name}={value}", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
