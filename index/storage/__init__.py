"""The catalog, its generations, and everything that writes or verifies them."""
