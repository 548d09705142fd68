"""Runs: asked for, evolved, resumed, replayed, and written to files."""
