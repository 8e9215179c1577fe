"""Figures that anybody can take again: `make bench`, or one with `python -m tests.benchmarks.bench_service`."""
