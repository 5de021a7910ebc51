"""SQLAlchemy over the file: ordinary types, stored as the codecs say. Importing it registers `sqlite+twinbase://`."""

from twinbase.replica.dialect.dialect import DeviceDialect
from twinbase.replica.dialect.functions import install_functions

__all__ = ["DeviceDialect", "install_functions"]
