"""Gold cases: reading, anchoring, drafting, exporting."""
