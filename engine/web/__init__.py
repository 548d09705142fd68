"""The review room: a local page in the browser on the same log and functions as the command line.

``app`` puts it together; ``views`` has a file for each page, whose functions read the studio's
state or record a decision, and say what came of it in one line. Work that takes long (runs,
training, recordings) is done by child processes, see ``jobs``.
"""
