"""Simulation of how often the gate is right."""
