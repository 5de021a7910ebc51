"""What the core does by default is a plugin like any other."""
