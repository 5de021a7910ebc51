"""How a session of ours prints and reads values: as the codecs have it, whatever a database or a role is set to."""

WIRE_SETTINGS_SQL = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL extra_float_digits = 1;"
    "SET LOCAL bytea_output = 'hex'; SET LOCAL intervalstyle = 'postgres';"
)
"""Statements for the beginning of a transaction."""
