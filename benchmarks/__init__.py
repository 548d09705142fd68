"""Benchmarks: speed and quality, beside what they are compared with."""

import os

from engine.__main__ import BLAS_THREADS
from engine.execution.garbage import search_seldom

# As commands do: the former before NumPy is loaded.
os.environ.setdefault(BLAS_THREADS, "1")
search_seldom()
