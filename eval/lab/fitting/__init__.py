"""Fit the weights that ship with the product."""
