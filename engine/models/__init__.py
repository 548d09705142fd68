"""The models that score: registered, listed, promoted, trained."""
