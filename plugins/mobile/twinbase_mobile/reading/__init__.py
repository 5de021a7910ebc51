"""What a screen shows, read from a replica: functions over a read session that answer frozen values, sorted and whole.

No front end writes SQL. Each function runs a fixed number of queries, whatever is in the file, and takes the time and
the time zone as arguments.
"""

from twinbase_mobile.reading.nearby import Near, distance, nearby
from twinbase_mobile.reading.products import Found, ProductSearch

__all__ = ["Found", "Near", "ProductSearch", "distance", "nearby"]
