"""Prompts for language models, as Markdown files; the extractive reader needs none."""
