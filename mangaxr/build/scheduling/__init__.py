"""Running one function over many tasks: here, in threads, in processes, or on a cluster."""
