-- sources whose capture was renewed: composed by projection/progress.py
SELECT schema_name, table_name
FROM twinbase.capture AS c
WHERE c.base >= CAST($1 AS xid8)
   OR c.base = ANY(CAST($2 AS xid8[]))
   OR (c.collected >= CAST($1 AS xid8) OR c.collected = ANY(CAST($2 AS xid8[])))
   OR EXISTS (SELECT
              FROM twinbase.capture_gap AS g
              WHERE g.relid = c.relid AND (g.xid >= CAST($1 AS xid8) OR g.xid = ANY(CAST($2 AS xid8[]))))
