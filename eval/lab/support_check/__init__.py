"""Measurements of the check of support."""
