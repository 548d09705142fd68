"""The doctor: looks for everything that can be wrong with a studio, and mends what can be."""
