"""Search beyond one call: second search and re-ranking."""
