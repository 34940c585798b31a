"""Asking, scoring and judging gold cases."""
