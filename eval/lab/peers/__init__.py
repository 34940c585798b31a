"""The service beside those of LlamaIndex, txtai and Haystack: the same passages, the same encoder, one run."""
