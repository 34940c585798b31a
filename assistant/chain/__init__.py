"""The one way from a question to a sealed answer."""
