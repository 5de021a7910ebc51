"""A real PostgreSQL for a laptop, a demo or a test: started in a folder of yours, and stopped with the process."""

from twinbase_server.embedded.programs import PostgresFailed, PostgresMissing
from twinbase_server.embedded.server import EMBEDDED, EmbeddedPostgres, default_data_dir, start_database

__all__ = ["EMBEDDED", "EmbeddedPostgres", "PostgresFailed", "PostgresMissing", "default_data_dir", "start_database"]
