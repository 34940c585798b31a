"""Routes, bodies and guards of the HTTP interface."""
