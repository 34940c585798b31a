"""Whether the articles bear out a sentence."""
