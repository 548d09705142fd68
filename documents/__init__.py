"""Documents that people write: YAML as plain values, and the fields that songs are told in.

Nothing in a file raises anything but an ``UnreadableError``, runs, or grows without bound.
"""
