"""Texts and recordings to vectors, by the scorer's own encoders, cached by content."""
