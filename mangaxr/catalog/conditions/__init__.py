"""Conditions on the columns of a catalog, written as text."""
