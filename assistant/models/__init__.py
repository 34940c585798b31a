"""Clients of language models behind one seam."""
