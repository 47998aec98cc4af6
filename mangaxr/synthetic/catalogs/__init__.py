"""The two catalogues: of a survey's galaxies, or of as many as the real one has, without maps."""
