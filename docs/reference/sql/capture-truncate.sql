-- what the trigger does: truncate: composed by capture/trigger_sql.py
CREATE OR REPLACE FUNCTION twinbase."truncate_workshop.part"() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
SET enable_nestloop = off SET jit = off AS $twinbase1$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['job_id', 'position', 'quantity']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16384, pg_current_xact_id(), TG_RELID::regclass::text || ': truncated, and its rows could not be read') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16384', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16384 AND xid = pg_current_xact_id()) OR EXISTS (SELECT FROM twinbase."stash_workshop.part") THEN RETURN NULL; END IF;
    IF TG_RELID = 16384 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        EXECUTE format($twinbase$INSERT INTO twinbase."stash_workshop.part" ("job_id", "position", hash)
        SELECT a."job_id", a."position", (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) FROM %1$s a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL$twinbase$, TG_RELID::regclass);
    ELSIF (SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'r' THEN
        PERFORM set_config('twinbase.removed_16384', 'on', true);
        IF twinbase.bulk(16384, ARRAY['job_id', 'position']::text[]) THEN
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (a."job_id", a."position") a."job_id", a."position", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) AS hash, '700'::xid8 AS before
        FROM ONLY %1$s a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL ORDER BY a."job_id", a."position"),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."job_id" = c."job_id" AND v."position" = c."position")
        INSERT INTO twinbase."v_workshop.part" ("job_id", "position", xid, deleted, hash, before)
        SELECT c."job_id", c."position", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."job_id" = c."job_id" AND v."position" = c."position")$twinbase$, TG_RELID::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.part" AS v ("job_id", "position", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."job_id", a."position") a."job_id", a."position", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) AS hash, '700'::xid8 AS before
        FROM ONLY %1$s a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL ORDER BY a."job_id", a."position"
        ON CONFLICT ("job_id", "position") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END$twinbase$, TG_RELID::regclass);
        END IF;
    END IF;
    RETURN NULL;
END $twinbase1$
