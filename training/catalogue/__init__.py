"""A person's own finished songs: manifests, lyrics and stems, as tables and slices."""
