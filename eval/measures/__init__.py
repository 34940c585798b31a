"""Formulas of measures and statistics, without input or output."""
