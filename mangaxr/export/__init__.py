"""A store, or a part of it, in the forms that other tools read."""
