"""One codec per column type: every value goes PostgreSQL → wire → SQLite → wire → PostgreSQL unchanged.

>>> from sqlalchemy import Numeric
>>> codec = codec_for(Numeric(10, 2))
>>> codec.to_wire_sql('t."price"')
't."price"::text'
>>> codec.check_wire("12.345")
'more than 2 decimals for numeric(10,2)'
"""

from twinbase.codecs.codec import Codec, NoCodec
from twinbase.codecs.resolve import codec_for

__all__ = ["Codec", "NoCodec", "codec_for"]
