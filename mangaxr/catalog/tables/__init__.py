"""Tables of galaxies in files: written, read, and used as lists."""
