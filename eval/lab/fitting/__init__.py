"""Fitting of the weights that the product ships."""
