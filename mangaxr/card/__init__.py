"""Documents that go beside a store: card, Croissant, contract, recipe, table of galaxies."""
