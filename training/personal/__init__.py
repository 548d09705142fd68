"""A model of a person's own songs: from a training folder to a file that the engine uses."""
