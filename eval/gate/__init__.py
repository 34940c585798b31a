"""Compare two runs, and decide whether the new one passes."""
