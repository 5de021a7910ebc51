"""Where the mirror of EBP stands: its tables are read, never written, and carry no foreign keys of ours."""

SOURCE = {"schema": "public"}
