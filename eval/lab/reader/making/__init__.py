"""Examples of our own making: what the reader learns from beside the rows of its data as they stand."""
