"""How good it is: encoders, the fusion scorer, theory, prior, and the weighted total."""
