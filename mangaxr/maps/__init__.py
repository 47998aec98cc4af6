"""One MAPS file -> one labelled Dataset."""
