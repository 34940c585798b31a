"""The reader: a small network that finds the answer to a question in a window of an article (docs/reader.md)."""
