"""Statistics over an opened store, lazy: stacks, radial profiles, aligned galaxies."""
