"""A long mixed load on `assistant serve`, with indexing going on and processes killed; every answer is checked."""
