"""Answers written by a language model, each sentence checked as it comes."""
