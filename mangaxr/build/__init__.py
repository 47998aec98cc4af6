"""Many MAPS files -> one store: planning, running, reporting."""
