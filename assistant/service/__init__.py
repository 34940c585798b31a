"""Chat over HTTP: an OpenAI-compatible service, the interface of the web page, and what guards both."""
