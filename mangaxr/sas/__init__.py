"""Where files are: the survey's directory layout, and finding files in it."""
