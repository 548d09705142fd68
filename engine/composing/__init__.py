"""Composing: a whole song unattended, from its proposal to a few arrangements for a person.

What it does is decided by its first event and the log: a composition that was stopped or killed
goes on where it left off, and ends with the same songs.
"""
