"""A second opinion that no score is made of: it watches whether a search stays with the music.

A search can climb a learned total without getting nearer to the music. The judge reads measures
that neither the model nor the prior has, by weights of its own.
"""
