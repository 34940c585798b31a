"""Measure the support check."""
