"""Offline doubles of a chat model, in the process and over HTTP."""
