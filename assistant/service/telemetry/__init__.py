"""Meters and traces."""
