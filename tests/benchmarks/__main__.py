"""Runs every benchmark of this folder, or those that are named: `python -m tests.benchmarks service command`. Options
go to the one that is named: `python -m tests.benchmarks crash --deliveries 5000`."""

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(arguments: list[str]) -> None:
    begin = next((place for place, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    names, options = [name.replace("-", "_") for name in arguments[:begin]], arguments[begin:]
    for path in sorted(FOLDER.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if not names or name in names:
            print(f"\n# {name}", flush=True)
            run = importlib.import_module(f"tests.benchmarks.{path.stem}").main
            run(options) if options else run()


if __name__ == "__main__":
    main(sys.argv[1:])
