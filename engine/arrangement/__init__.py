"""Arrangements: whole songs made of approved parts.

A plan lists the sections of a song and the parts that play in each. The engine drafts it from the
approved parts, a person edits it, or it is imported from a DAW's list of clips. Assembling a plan
gives one track per stage.
"""
