"""The chain from a question to a sealed answer."""
