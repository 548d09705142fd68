"""Evolution: asking for genomes, telling their scores, choosing survivors.

Everything here is a pure function of what the run's events say, so a run can be resumed, replayed
and verified from its log alone.
"""
