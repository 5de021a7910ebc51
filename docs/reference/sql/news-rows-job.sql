-- which rows are new (job): composed by feed/news/plan.py
SELECT CAST(CAST(xid AS text) AS bigint) AS x, k0
FROM ((SELECT xid, CAST(_twinbase_v.id AS text) AS k0
       FROM twinbase."v_workshop.job" AS _twinbase_v
       WHERE xid >= CAST($1 AS xid8)
       ORDER BY xid
       LIMIT CAST($3 AS bigint))

      UNION ALL

      (SELECT xid, CAST(_twinbase_v.id AS text) AS k0
       FROM twinbase."v_workshop.job" AS _twinbase_v
       WHERE xid = ANY(CAST($2 AS xid8[]))
       ORDER BY xid
       LIMIT CAST($3 AS bigint))) AS _twinbase_r
