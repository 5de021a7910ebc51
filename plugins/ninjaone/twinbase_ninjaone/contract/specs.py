"""The objects that we keep, one spec for each table of `ninjaone` that NinjaOne fills."""

from twinbase_ninjaone.contract.fields import FieldKind, ObjectSpec

INT32, INT64, TEXT, UUID, BOOLEAN, MOMENT, JSON, TEXTS, INT32S = FieldKind

ORGANIZATION = ObjectSpec(
    "organization", {"id": INT32, "name": TEXT, "description": TEXT, "nodeApprovalMode": TEXT, "userData": JSON}
)

LOCATION = ObjectSpec(
    "location",
    {"id": INT32, "organizationId": INT32, "name": TEXT, "address": TEXT, "description": TEXT, "userData": JSON},
)

DEVICE = ObjectSpec(
    "device",
    {
        "id": INT32,
        "uid": UUID,
        "parentDeviceId": INT32,
        "organizationId": INT32,
        "locationId": INT32,
        "nodeClass": TEXT,
        "nodeRoleId": INT32,
        "rolePolicyId": INT32,
        "policyId": INT32,
        "approvalStatus": TEXT,
        "offline": BOOLEAN,
        "displayName": TEXT,
        "systemName": TEXT,
        "dnsName": TEXT,
        "netbiosName": TEXT,
        "created": MOMENT,
        "lastContact": MOMENT,
        "lastUpdate": MOMENT,
        "userData": JSON,
        "tags": TEXTS,
        "maintenance": JSON,
    },
)

USER = ObjectSpec(
    "user",
    {
        "id": INT32,
        "uid": UUID,
        "firstName": TEXT,
        "lastName": TEXT,
        "email": TEXT,
        "phone": TEXT,
        "enabled": BOOLEAN,
        "administrator": BOOLEAN,
        "permitAllClients": BOOLEAN,
        "notifyAllClients": BOOLEAN,
        "mustChangePw": BOOLEAN,
        "mfaConfigured": BOOLEAN,
        "userType": TEXT,
        "invitationStatus": TEXT,
        "organizationId": INT32,
        "deviceIds": INT32S,
        "assignedDeviceIds": INT32S,
        "roles": TEXTS,
    },
)

BOARD = ObjectSpec(
    "board",
    {
        "id": INT32,
        "uid": UUID,
        "name": TEXT,
        "description": TEXT,
        "conditions": JSON,
        "createTime": MOMENT,
        "updateTime": MOMENT,
        "system": BOOLEAN,
        "columns": TEXTS,
        "sortBy": JSON,
        "ticketCount": INT32,
    },
)

STATUS = ObjectSpec(
    "status", {"statusId": INT32, "name": TEXT, "displayName": TEXT, "parentId": INT32}, columns={"statusId": "id"}
)

ATTRIBUTE = ObjectSpec(
    "attribute",
    {
        "id": INT32,
        "attributeType": TEXT,
        "name": TEXT,
        "description": TEXT,
        "endUserOption": TEXT,
        "technicianOption": TEXT,
        "content": JSON,
        "system": BOOLEAN,
        "active": BOOLEAN,
        "createTime": MOMENT,
        "updateTime": MOMENT,
    },
)

FORM = ObjectSpec(
    "form",
    {
        "id": INT32,
        "name": TEXT,
        "description": TEXT,
        "endUserTitle": TEXT,
        "content": JSON,
        "active": BOOLEAN,
        "default": BOOLEAN,
        "createTime": MOMENT,
        "updateTime": MOMENT,
    },
    columns={"default": "is_default"},
    ignored=frozenset({"fields"}),  # Each is a row of `attributes`, and `content` names them.
)

CONTACT = ObjectSpec(
    "contact",
    {
        "uid": UUID,
        "id": INT32,
        "clientId": INT32,
        "clientName": TEXT,
        "firstName": TEXT,
        "lastName": TEXT,
        "email": TEXT,
        "phone": TEXT,
        "jobTitle": TEXT,
        "displayName": TEXT,
        "createTime": MOMENT,
        "updateTime": MOMENT,
    },
    key="uid",
)

ALERT = ObjectSpec(
    "alert",
    {
        "uid": UUID,
        "deviceId": INT32,
        "message": TEXT,
        "createTime": MOMENT,
        "updateTime": MOMENT,
        "sourceType": TEXT,
        "sourceConfigUid": UUID,
        "sourceName": TEXT,
        "subject": TEXT,
        "userId": INT32,
        "severity": TEXT,
        "priority": TEXT,
        "conditionName": TEXT,
        "data": JSON,
    },
    key="uid",
    ignored=frozenset({"device"}),  # A row of `devices`; its last contact would change every alert at every look.
)

ACTIVITY = ObjectSpec(
    "activity",
    {
        "id": INT64,
        "activityTime": MOMENT,
        "deviceId": INT32,
        "severity": TEXT,
        "priority": TEXT,
        "seriesUid": UUID,
        "activityType": TEXT,
        "statusCode": TEXT,
        "status": TEXT,
        "activityResult": TEXT,
        "sourceConfigUid": UUID,
        "sourceName": TEXT,
        "subject": TEXT,
        "userId": INT32,
        "message": TEXT,
        "type": TEXT,
        "data": JSON,
    },
)

TICKET = ObjectSpec(
    "ticket",
    {
        "id": INT32,
        "version": INT32,
        "nodeId": INT32,
        "clientId": INT32,
        "locationId": INT32,
        "assignedAppUserId": INT32,
        "requesterUid": UUID,
        "subject": TEXT,
        "status.statusId": INT32,
        "status.parentId": INT32,
        "status.name": TEXT,
        "status.displayName": TEXT,
        "type": TEXT,
        "priority": TEXT,
        "severity": TEXT,
        "ticketFormId": INT32,
        "source": TEXT,
        "tags": TEXTS,
        "ccList": JSON,
        "createTime": MOMENT,
        "deleted": BOOLEAN,
        "attributeValues": JSON,
        "additionalAssignedTechnicianIds": INT32S,
        "followupTime": MOMENT,
    },
    columns={"status.statusId": "status_id"},
)

BOARD_ROW = ObjectSpec("row of a board", {"id": INT32, "lastUpdated": MOMENT, "totalTimeTracked": INT64}, observed=True)
"""A board answers with free columns; these were seen, and the API's description says nothing of them."""

LOG_ENTRY = ObjectSpec(
    "log entry",
    {
        "id": INT64,
        "appUserContactUid": UUID,
        "appUserContactId": INT32,
        "appUserContactType": TEXT,
        "type": TEXT,
        "body": TEXT,
        "htmlBody": TEXT,
        "fullEmailBody": TEXT,
        "publicEntry": BOOLEAN,
        "system": BOOLEAN,
        "createTime": MOMENT,
        "changeDiff": JSON,
        "activityId": INT64,
        "timeTracked": INT32,
        "technicianTagged": INT32S,
        "automation": JSON,
        "blockedByInvoice": BOOLEAN,
        "ticketTimeEntry": JSON,
        "emailResponse": BOOLEAN,
    },
)
