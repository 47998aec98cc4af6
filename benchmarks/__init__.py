"""Benchmarks: figures that the documentation quotes, each side measured in the same run."""
