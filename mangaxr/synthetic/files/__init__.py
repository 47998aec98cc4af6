"""The MAPS file of an observed galaxy, header by header."""
