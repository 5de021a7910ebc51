"""SQLAlchemy over the file: ordinary types, stored as the codecs say. Importing it registers `sqlite+twinbase://`."""

from twinbase.replica.dialect.decimals import install_functions
from twinbase.replica.dialect.dialect import DeviceDialect

__all__ = ["DeviceDialect", "install_functions"]
