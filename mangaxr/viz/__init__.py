"""Preview pictures of a tensor store, and a gallery page of them."""
