"""The day of a technician in a terminal: the screens of `twinbase_presentation`, drawn with letters and keys."""
