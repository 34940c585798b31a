"""The index about Oldwater, for all tests of this room."""

from oldwater import root

__all__ = ["root"]
