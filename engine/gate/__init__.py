"""The gate: what waits for a person, what they decide, and the files that come of it."""
