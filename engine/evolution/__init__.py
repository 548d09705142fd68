"""Evolution: breeding, selection with niching, and the choice of survivors.

Everything here is a pure function of a run's events, so that a run can be resumed, replayed and
verified from its log alone.
"""

# Sizes of a run where a person names none.
POPULATION = 50
GENERATIONS = 24  # at most
KEEP = 3
# Generations that must gain something, or the run ends.
PATIENCE = 6
