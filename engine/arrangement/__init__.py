"""Arrangements: from approved parts to a whole song.

A plan says what plays when. It is drafted from what is approved, edited by a person, or read from
a DAW's list of clips; assembled with the parts, it becomes tracks.
"""
