"""Who was on a visit and is no more, noted by PostgreSQL itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, event
from sqlmodel import Field, SQLModel

from twinbase_mobile.tables.kinds import SCHEMA
from twinbase_mobile.tables.visits import Intervention, InterventionAssignment


class FormerTeam(SQLModel, table=True):
    """Who was on a visit, and until when. Triggers note it, whoever gives the visit to somebody else and by whatever
    program; no device says so, and none has the table. It is kept for a month.
    """

    __tablename__ = "former_team"
    __table_args__ = {"schema": SCHEMA}
    intervention_id: UUID = Field(primary_key=True)
    colleague_id: UUID = Field(primary_key=True, index=True)
    until: datetime = Field(index=True)


# As whoever owns the table: those who write visits have no business with it. What is old goes a few rows at a time, and
# never waits for anybody.
_NOTE = f"""
CREATE OR REPLACE FUNCTION {SCHEMA}.note_former_team() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $note$
BEGIN
    DELETE FROM {SCHEMA}.former_team WHERE (intervention_id, colleague_id) IN (
        SELECT intervention_id, colleague_id FROM {SCHEMA}.former_team
        WHERE until < now() - interval '30 days' ORDER BY until LIMIT 10 FOR UPDATE SKIP LOCKED);
    INSERT INTO {SCHEMA}.former_team (intervention_id, colleague_id, until)
    VALUES ((to_jsonb(OLD) ->> TG_ARGV[0])::uuid, (to_jsonb(OLD) ->> TG_ARGV[1])::uuid, now())
    ON CONFLICT (intervention_id, colleague_id) DO UPDATE SET until = excluded.until;
    RETURN NULL;
END $note$
"""
_LED = f"""
CREATE OR REPLACE TRIGGER note_former_lead AFTER UPDATE OF lead_id ON {SCHEMA}.interventions FOR EACH ROW
WHEN (OLD.lead_id IS NOT NULL AND OLD.lead_id IS DISTINCT FROM NEW.lead_id)
EXECUTE FUNCTION {SCHEMA}.note_former_team('id', 'lead_id')
"""
_MOVED = f"""
CREATE OR REPLACE TRIGGER note_moved_member AFTER UPDATE OF intervention_id, colleague_id
ON {SCHEMA}.intervention_assignments FOR EACH ROW
WHEN ((OLD.intervention_id, OLD.colleague_id) IS DISTINCT FROM (NEW.intervention_id, NEW.colleague_id))
EXECUTE FUNCTION {SCHEMA}.note_former_team('intervention_id', 'colleague_id')
"""
_LEFT = f"""
CREATE OR REPLACE TRIGGER note_former_member AFTER DELETE ON {SCHEMA}.intervention_assignments FOR EACH ROW
EXECUTE FUNCTION {SCHEMA}.note_former_team('intervention_id', 'colleague_id')
"""
_WHEN_ALL_ARE_THERE = f"""
DO $do$ BEGIN
    IF to_regclass('{SCHEMA}.former_team') IS NULL OR to_regclass('{SCHEMA}.interventions') IS NULL
            OR to_regclass('{SCHEMA}.intervention_assignments') IS NULL THEN
        RETURN;
    END IF;
    {_NOTE};
    {_LED};
    {_MOVED};
    {_LEFT};
END $do$
"""


def _note_from_now_on(*models: Any) -> None:
    """The triggers come with the last of these tables that is made."""
    for model in models:
        made = DDL(_WHEN_ALL_ARE_THERE).execute_if(dialect="postgresql")  # type: ignore[no-untyped-call]
        event.listen(model.__table__, "after_create", made)


_note_from_now_on(FormerTeam, Intervention, InterventionAssignment)
