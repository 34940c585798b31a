"""Pages of PDF as pictures, and where on them a quote stands."""
