-- whether a cursor is of this history: composed by feed/generation.py
SELECT COALESCE(CAST($2 AS xid8) <= pg_snapshot_xmax(pg_current_snapshot())
            AND CASE
                  WHEN CAST($1 AS text) = '' THEN CAST('0' AS xid8)
                  ELSE (SELECT s.xid
                        FROM twinbase.salt AS s
                        WHERE s.salt = CAST($1 AS text))
                END >= COALESCE((SELECT s.xid
                                 FROM twinbase.salt AS s
                                 WHERE s.xid < CAST($2 AS xid8) AND s.xid <> ALL(CAST($3 AS xid8[]))
                                 ORDER BY s.xid DESC
                                 LIMIT 1),
                                CAST('0' AS xid8)),
                FALSE)
