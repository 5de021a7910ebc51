"""The calls that we make. The token's (POST /ws/oauth/token) is not among them: the API's description leaves it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from twinbase_ninjaone.contract import specs
from twinbase_ninjaone.contract.fields import FieldKind, ObjectSpec

INT32, INT64, TEXT, UUID, BOOLEAN, MOMENT, JSON, TEXTS, INT32S = FieldKind


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `sends`, `gets`: fields of the body and of the answer; `a.b` is inside `a`, `a[].b` in each of `a`.

    `rows`: where the objects of `spec` stand in the answer ("[]": it is a list of them; "": it is one);
    `rows_required`: whether an answer without them is none. `values`: words that we send or look for. `reads`: whether
    it changes nothing there, so that it may be tried again.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    query: Mapping[str, FieldKind] = field(default_factory=dict)
    sends: Mapping[str, FieldKind] = field(default_factory=dict)
    body: Literal["application/json", "multipart/form-data"] = "application/json"
    gets: Mapping[str, FieldKind] = field(default_factory=dict)
    spec: ObjectSpec | None = None
    rows: str = "[]"
    rows_required: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reads: bool = True


PAGES = {"pageSize": INT32, "after": INT32}

ORGANIZATIONS = Call("GET", "/v2/organizations", PAGES, spec=specs.ORGANIZATION)
LOCATIONS = Call("GET", "/v2/locations", PAGES, spec=specs.LOCATION)
DEVICES = Call("GET", "/v2/devices", PAGES, spec=specs.DEVICE)
USERS = Call("GET", "/v2/users", {"includeRoles": BOOLEAN}, spec=specs.USER)
ALERTS = Call("GET", "/v2/alerts", spec=specs.ALERT)
BOARDS = Call("GET", "/v2/ticketing/trigger/boards", spec=specs.BOARD)
STATUSES = Call("GET", "/v2/ticketing/statuses", spec=specs.STATUS)
FORMS = Call("GET", "/v2/ticketing/ticket-form", spec=specs.FORM)
ATTRIBUTES = Call("GET", "/v2/ticketing/attributes", spec=specs.ATTRIBUTE)
CONTACTS = Call("GET", "/v2/ticketing/contact/contacts", spec=specs.CONTACT)

BOARD_RUN = Call(
    "POST",
    "/v2/ticketing/trigger/board/{boardId}/run",
    {"boardId": INT32},
    sends={
        "sortBy[].field": TEXT,
        "sortBy[].direction": TEXT,
        "pageSize": INT32,
        "includeColumns": TEXTS,
        "lastCursorId": INT32,
    },
    gets={"data": JSON, "metadata.lastCursorId": INT32},
    spec=specs.BOARD_ROW,
    rows="data[]",
    rows_required=True,
    values={"sends.sortBy[].direction": ("DESC",)},
)
"""A POST that changes nothing: it runs a search. So it is tried again like a GET."""

TICKET = Call("GET", "/v2/ticketing/ticket/{ticketId}", {"ticketId": INT32}, spec=specs.TICKET, rows="")

LOG_ENTRIES = Call(
    "GET",
    "/v2/ticketing/ticket/{ticketId}/log-entry",
    {"ticketId": INT32, "anchorId": INT32, "pageSize": INT32},
    spec=specs.LOG_ENTRY,
)

ACTIVITIES = Call(
    "GET",
    "/v2/activities",
    {"type": TEXT, "olderThan": INT64, "newerThan": INT64, "pageSize": INT32},
    gets={"lastActivityId": INT64},
    spec=specs.ACTIVITY,
    rows="activities[]",
    values={
        "gets.activities[].activityType": ("NINJA_TICKETING",),
        "gets.activities[].statusCode": (
            "NINJA_TICKETING_TICKET_CREATED",
            "NINJA_TICKETING_TICKET_DELETED",
            "NINJA_TICKETING_TICKET_REINSTATED",
            "NINJA_TICKETING_STATUS_UPDATED",
        ),
    },
)

WRITTEN_OF_A_TICKET = {
    "clientId": INT32, "ticketFormId": INT32, "locationId": INT32, "nodeId": INT32, "subject": TEXT, "status": TEXT,
    "type": TEXT, "cc.uids": JSON, "cc.emails": JSON, "assignedAppUserId": INT32, "requesterUid": UUID,
    "severity": TEXT, "priority": TEXT, "parentTicketId": INT32, "tags": TEXTS, "attributes[].attributeId": INT32,
    "attributes[].value": TEXT, "additionalAssignedTechnicianIds": INT32S, "followupTime": MOMENT,
}  # fmt: skip

COMMENT_FIELDS = {"public": BOOLEAN, "body": TEXT, "htmlBody": TEXT, "timeTracked": INT32}

CREATE_TICKET = Call(
    "POST",
    "/v2/ticketing/ticket",
    sends=WRITTEN_OF_A_TICKET | {f"description.{name}": kind for name, kind in COMMENT_FIELDS.items()},
    spec=specs.TICKET,
    rows="",
    reads=False,
)

UPDATE_TICKET = Call(
    "PUT",
    "/v2/ticketing/ticket/{ticketId}",
    {"ticketId": INT32},
    sends=WRITTEN_OF_A_TICKET | {"version": INT32},
    spec=specs.TICKET,
    rows="",
    reads=False,
)

COMMENT = Call(
    "POST",
    "/v2/ticketing/ticket/{ticketId}/comment",
    {"ticketId": INT32},
    sends={f"comment.{name}": kind for name, kind in COMMENT_FIELDS.items()} | {"files": JSON},
    body="multipart/form-data",
    reads=False,
)

SET_WEBHOOK = Call(
    "PUT",
    "/v2/webhook",
    sends={
        "url": TEXT,
        "activities": JSON,
        "expand": TEXTS,
        "headers[].name": TEXT,
        "headers[].value": TEXT,
        "organizationIds": INT32S,
    },
    reads=False,
)

REMOVE_WEBHOOK = Call("DELETE", "/v2/webhook", reads=False)

CALLS: tuple[Call, ...] = (
    ORGANIZATIONS, LOCATIONS, DEVICES, USERS, ALERTS, BOARDS, STATUSES, FORMS, ATTRIBUTES, CONTACTS, BOARD_RUN, TICKET,
    LOG_ENTRIES, ACTIVITIES, CREATE_TICKET, UPDATE_TICKET, COMMENT, SET_WEBHOOK, REMOVE_WEBHOOK,
)  # fmt: skip
