"""From the catalogs' files to one labelled table."""
