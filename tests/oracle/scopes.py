"""What each device must hold, in plain SQL that shares nothing with the engine."""

Scope = tuple[str, tuple[str, ...]]

_IN_SCOPE = (
    " WHERE (lead = $1 OR sector IN (SELECT sector FROM oracle.memberships WHERE person = $1))"
    " AND (starts_at IS NULL OR (starts_at >= $2::timestamptz - interval '30 days'"
    " AND starts_at < $2::timestamptz + interval '30 days'))"
)
_JOB = "id, lead, sector, title, status, hours, price, starts_at, team_id"
_NOTICE = "n.code, n.sector, n.body"


def scopes(version: int) -> dict[str, Scope]:
    """By twin, the query and its parameters, with the columns that an app of this version has."""
    floor, urgency = (", floor", ", n.urgency") if version > 1 else ("", "")
    found: dict[str, Scope] = {
        "teams": ("SELECT id, name, parent_id, deputy_id FROM oracle.teams", ()),
        "jobs": (f"SELECT {_JOB}{floor} FROM oracle.jobs j" + _IN_SCOPE, ("person", "as_of")),
        "parts": (
            "SELECT p.job_id, p.line, p.label, p.quantity FROM oracle.parts p JOIN oracle.jobs j ON j.id = p.job_id"
            + _IN_SCOPE,
            ("person", "as_of"),
        ),
        "logs": ("SELECT id, person, code, delta FROM oracle.logs WHERE person = $1", ("person",)),
        "stocks": ("SELECT code, quantity FROM oracle.stocks", ()),
        "notices": (
            f"SELECT {_NOTICE}{urgency} FROM oracle.notices n"
            " WHERE sector IN (SELECT sector FROM oracle.memberships WHERE person = $1)",
            ("person",),
        ),
        "visits": (
            "SELECT id, person, sector, note, made_on_site, number, sha256, state FROM oracle.visits"
            " WHERE person = $1 OR sector IN (SELECT sector FROM oracle.memberships WHERE person = $1)",
            ("person",),
        ),
    }
    if version > 1:
        found["tools"] = ("SELECT id, person, place FROM oracle.tools WHERE person = $1", ("person",))
    return found
