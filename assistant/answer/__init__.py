"""Answers as they leave, and their proof: values, sealing, receipts."""
