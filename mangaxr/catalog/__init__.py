"""Dapall and drpall as one table; choosing galaxies from it and ranking them."""
