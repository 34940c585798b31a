"""Check whether articles support a sentence."""
