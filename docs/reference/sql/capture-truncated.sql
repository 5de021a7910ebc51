-- what the trigger does: truncated: composed by capture/trigger_sql.py
CREATE OR REPLACE FUNCTION twinbase."truncated_workshop.part"() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
SET enable_nestloop = off SET jit = off AS $twinbase$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['job_id', 'position', 'quantity']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) OR current_setting('twinbase.reload_16384', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16384 AND xid = pg_current_xact_id()) OR NOT TG_RELID = 16384 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO twinbase.reload (relid, xid, settle, shape)
    VALUES (16384, pg_current_xact_id(), 'settle_workshop.part', TG_ARGV[0]::bigint)
    ON CONFLICT DO NOTHING;
    PERFORM set_config('twinbase.reload_16384', 'on', true);
    RETURN NULL;
END $twinbase$
