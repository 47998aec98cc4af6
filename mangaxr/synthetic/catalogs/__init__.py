"""The two catalogues: those of a survey with maps, and large ones without."""
