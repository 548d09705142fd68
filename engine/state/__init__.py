"""State rebuilt from the log: what is known of each song, each run and each model.

``apply`` is pure; delete the documents and replay, and the same bytes come back.
"""
