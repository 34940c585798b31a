"""Conversations, feedback and keys in one SQLite file."""
