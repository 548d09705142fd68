"""Commands that are killed, or whose disk fails, at any moment: what is lost, doubled or torn?

``python -m benchmarks.crash`` runs commands in studios of their own, kills each at a random moment
or at a chosen operation on a file, or lets that operation fail, goes on as a person would, and
compares the studio with one that nothing disturbed.
"""
