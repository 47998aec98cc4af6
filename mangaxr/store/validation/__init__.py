"""Checking a store against its contract: rules as rows, each with an id and a page."""
