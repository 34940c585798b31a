"""What the guard checks and adds, one concern a module."""
