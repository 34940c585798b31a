"""Articles in, a searchable index on disk: loading, chunking, encoding, storing, retrieving."""
