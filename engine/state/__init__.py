"""State rebuilt from the log: what is known of each song, each run and each model.

A document is plain JSON data; ``apply`` is pure; delete the documents and replay, and the same
bytes come back.
"""
