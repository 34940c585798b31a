"""Evaluation: gold cases, runs, the gate and its reports, benchmarks, and the fitting of weights."""
