"""A real PostgreSQL for a laptop, a demo or a test: started in a folder of yours, and stopped with the process."""

from twinbase_server.embedded.programs import PostgresFailed, PostgresMissing
from twinbase_server.embedded.server import EmbeddedPostgres, database_url, default_data_dir

__all__ = ["EmbeddedPostgres", "PostgresFailed", "PostgresMissing", "database_url", "default_data_dir"]
