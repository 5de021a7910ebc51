-- the orders to look at again: composed by projection/staging.py
SELECT touched."Id"
FROM (SELECT CAST(anon_1."Id" AS varchar) AS "Id"
      FROM (SELECT v."Id" AS "Id"
            FROM twinbase."v_public.Order" AS v
            WHERE v.xid >= CAST($1 AS xid8) OR v.xid = ANY(CAST($2 AS xid8[]))) AS anon_1) AS touched
WHERE touched."Id" IS NOT NULL
