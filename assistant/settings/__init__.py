"""Settings, custom prompts, and the folders of indexes."""
