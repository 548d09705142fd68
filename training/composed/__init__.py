"""A composed catalogue: songs of every colour from style cards, fakes, and real music beside them.

``compose`` makes labelled examples that a model learns colours from, where nobody's own catalogue
is at hand; ``examples`` holds them and splits them by song.
"""
