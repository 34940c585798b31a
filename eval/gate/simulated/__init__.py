"""Simulate how often the gate is right."""
