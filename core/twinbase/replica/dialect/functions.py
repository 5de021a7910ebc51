"""What a raw connection to a device's file is given, so that its SQL can answer what PostgreSQL would."""

from twinbase.replica.connection import Connection
from twinbase.replica.dialect.decimals import install_decimal_functions
from twinbase.replica.dialect.documents import install_document_functions


def install_functions(connection: Connection) -> None:
    """Give a raw SQLite or SQLCipher connection the functions that the device's SQL calls."""
    install_decimal_functions(connection)
    install_document_functions(connection)
