"""Mass profiles of lenses, one file each: pure functions of position under frozen dataclasses."""
