"""From files to articles, sentences and chunks."""
