"""Named samples of galaxies, shipped as small tables and usable wherever a galaxy is."""
