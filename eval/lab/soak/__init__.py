"""Soak test of `assistant serve`: mixed load, indexing and killed processes, with every answer checked."""
