"""What texts say: prosody of lyrics, and classifiers of concepts."""
