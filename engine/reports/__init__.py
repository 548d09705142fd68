"""What people are shown: summaries, pictures, explanations, progress and statistics of songs."""
