"""Everything that is said of mangaxr's speed and memory, measured by one command."""
