"""Choosing galaxies by cuts, and ranking them by a score."""
