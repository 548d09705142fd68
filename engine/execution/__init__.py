"""Where tasks are done: in this process, in processes of this machine, or on a Dask cluster.

A task is a function of a module with what it needs as arguments: it reads no studio and writes
none. Its result is the same wherever it is done, and however often, so that a task whose worker
died is simply done again. The one that hands the tasks out records what comes of them.
"""
