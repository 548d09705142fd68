"""What can be typed after ``training``: one module for each command.

Each has ``add(commands)``, which describes the command and sets ``run``: a function of the parsed
options and of what is told of progress, which gives the result as plain values.
"""
