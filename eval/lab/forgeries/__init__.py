"""Forged answers: whether any passes, and whether all genuine ones do."""
