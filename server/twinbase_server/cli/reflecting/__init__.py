"""From a database that exists to the classes of a plugin: what is there, what of it can be mirrored, and the files."""
