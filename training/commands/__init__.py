"""What can be typed after ``training``, in the groups ``data``, ``models`` and ``pipeline``."""
