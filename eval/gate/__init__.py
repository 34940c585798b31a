"""Comparing two runs, and the gate that decides."""
