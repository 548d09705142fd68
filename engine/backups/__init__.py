"""Copies of a studio, signatures of its log, and the way from an exported file back to events."""
