"""Measure what the check keeps of a small language model's sentences."""
