"""Read, anchor, draft, check and export gold cases."""
