"""A person's own finished songs: manifests, lyrics and stems, to tables and slices."""
