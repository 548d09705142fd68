"""Benchmarks: speed and quality, beside what they are compared with."""

import os

from engine.__main__ import BLAS_THREADS

os.environ.setdefault(BLAS_THREADS, "1")  # as commands do, before NumPy is loaded
