"""Hostile files for everything that the engine reads; see ``python -m benchmarks.fuzz --help``."""
