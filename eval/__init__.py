"""Measuring answers: public test sets, speed, and the fitting of what the reader weighs."""
