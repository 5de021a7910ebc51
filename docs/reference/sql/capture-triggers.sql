-- the triggers of a table: composed by capture/install.py
CREATE OR REPLACE TRIGGER twinbase_capture_insert AFTER INSERT ON "workshop"."part" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."insert_workshop.part"();
CREATE OR REPLACE TRIGGER twinbase_capture_update AFTER UPDATE ON "workshop"."part" REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."update_workshop.part"();
CREATE OR REPLACE TRIGGER twinbase_capture_delete AFTER DELETE ON "workshop"."part" REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION twinbase."delete_workshop.part"();
CREATE OR REPLACE TRIGGER twinbase_capture_truncate BEFORE TRUNCATE ON "workshop"."part" FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncate_workshop.part"();
CREATE OR REPLACE TRIGGER twinbase_capture_truncated AFTER TRUNCATE ON "workshop"."part" FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncated_workshop.part"()
