"""Measures how fast the bots start and run; `make bench` runs it and writes BENCHMARKS.md."""
