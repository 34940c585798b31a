"""Adapters to LlamaIndex and to agent programs (MCP)."""
