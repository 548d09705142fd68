"""Who does what, when: songs, stages, the run, the gate, the export and the command line."""

__version__ = "0.2.0"
