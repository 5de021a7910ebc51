"""The oracle: random days of an office and its devices, checked against plain SQL."""
