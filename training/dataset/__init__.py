"""A person's own songs as training data.

``rows`` reads and splits the segments; ``rolls`` makes piano rolls and features of every slice, by
the scorer's own code; ``catalogue`` puts both together with the vectors of texts and recordings;
``sampling`` draws augmented clips.
"""
