"""Public test kit: a server and its devices in one process."""
