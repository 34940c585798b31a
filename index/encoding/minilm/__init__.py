"""The default encoder, all-MiniLM-L6-v2, as graphs without weights, and how it is built from them."""
