"""Benchmarks on public test sets."""
