"""Readings out of many passages, for questions about the collection, an article, or all that is said of a subject."""
