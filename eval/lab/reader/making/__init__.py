"""Make synthetic training examples for the reader, in addition to the rows of its data."""
