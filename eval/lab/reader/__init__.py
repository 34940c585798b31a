"""The reader: a small network that finds what in a window of an article answers a question (docs/reader.md)."""
