"""`twinbase bench`: how fast the product is, as ratios to what the same work costs without it.

It uses the product as its users do: a PostgreSQL, a server process, encrypted replicas that sync over HTTP. Each
figure is the median of pairs that were measured one after the other, in one run, so that a busy machine hurts both.
"""
