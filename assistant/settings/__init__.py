"""Settings, prompts of one's own, and where files lie."""
