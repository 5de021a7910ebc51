"""Who may do what: the permissions of this plugin, and the six roles of the earlier system with theirs."""

from collections.abc import Collection, Mapping

from twinbase.roles import NO_ROLE, OF_THE_SERVER

CREATE = "interventions.create"
COMPLETE = "interventions.complete"
REOPEN = "interventions.reopen"

PERMISSIONS: Mapping[str, str] = {
    "sync.read": "Have what everybody looks things up in: colleagues, units, rates, storehouses, checklists.",
    "interventions.read": "See visits and all that belongs to them.",
    "interventions.update": "Work on visits: status, times, report, notes, parts, equipment, answers.",
    CREATE: "Make a visit on site, for a customer in reach.",
    COMPLETE: "Close a visit.",
    REOPEN: "Open a closed visit again, or plan a cancelled one.",
    "photos.upload": "Take photos of a visit.",
    "signature.create": "Have a visit signed.",
    "incidents.read": "See what customers have reported.",
    "incidents.create": "Report a fault.",
    "customers.read": "See customers, their sites, equipment and contracts.",
    "customers.update": "Change sites and equipment.",
    "contacts.read": "See whom to call.",
    "contacts.update": "Add contacts, and correct them.",
    "projects.read": "See projects.",
    "documents.read": "See documents.",
    "products.read": "See products, their families and travel rates.",
    "stock.read": "See what the own van and the main depot hold.",
    "stock.update": "Take parts, and bring them back.",
    "timesheets.read": "See hours and ways: the own ones, and those of the team.",
    "timesheets.create": "Write hours and ways.",
    "expenses.read": "See the own expenses.",
    "expenses.create": "Write expenses.",
    "tickets.read": "See tickets and their comments.",
    "tickets.comment": "Comment on tickets.",
}

_LOOKS_AROUND = (
    "sync.read", "interventions.read", "customers.read", "customers.update", "contacts.read", "projects.read",
    "documents.read", "products.read",
)  # fmt: skip
_WORKS_ON_VISITS = ("interventions.update", CREATE, COMPLETE, "photos.upload", "signature.create", "timesheets.create")
_TECHNICIAN = (
    *_LOOKS_AROUND, *_WORKS_ON_VISITS, "contacts.update", "incidents.read", "incidents.create", "stock.read",
    "stock.update", "timesheets.read", "expenses.read", "expenses.create", "tickets.read", "tickets.comment",
)  # fmt: skip

ROLES: Mapping[str, Collection[str]] = {
    "super_admin": ("*",),
    "admin": (
        *_LOOKS_AROUND, *_WORKS_ON_VISITS, REOPEN, "contacts.update", "incidents.read", "incidents.create",
        "stock.read", "timesheets.read", "tickets.read", "tickets.comment", *OF_THE_SERVER,
    ),
    "patron": (*_LOOKS_AROUND, "incidents.read", "stock.read", "timesheets.read", "tickets.read"),
    "commercial": (*_LOOKS_AROUND, "contacts.update", "incidents.read", "incidents.create"),
    "chef_chantier": (
        *_LOOKS_AROUND, *_WORKS_ON_VISITS, "contacts.update", "incidents.read", "incidents.create", "stock.read",
        "stock.update", "timesheets.read", "tickets.read", "tickets.comment",
    ),
    "technicien": _TECHNICIAN,
}  # fmt: skip
"""Of the earlier system, by what its routes let each of them do."""

ROLES_OF_BEFORE: Mapping[str, Collection[str]] = {NO_ROLE: _TECHNICIAN, "office": (*_TECHNICIAN, REOPEN)}
"""Of accounts that were made before there were roles: they go on as they are."""
