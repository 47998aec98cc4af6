"""What we promise on disk: the tensor store, its contract, writing and reading it."""
