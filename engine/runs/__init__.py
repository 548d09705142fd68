"""Runs: requested, evolved, resumed, verified, and written to files."""
