"""How good one galaxy's maps are: a file's planes -> one row of numbers, flags and a verdict."""
