"""A training folder as a data set that others can load."""
