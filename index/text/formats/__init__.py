"""File formats: one module each, whose `read` turns a file's bytes into text and metadata."""
