"""Compare the service with those of LlamaIndex, txtai and Haystack: same passages, same encoder, one run."""
