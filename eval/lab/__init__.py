"""Experiments that are not part of the wheel: fitting, load, soak, peers."""
