"""Icons by what they mean: the name of a Material Symbol, and whether it is drawn filled.

A view model says `"route"`, a front end that draws asks `ICONS["route"]` for the symbol.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """A Material Symbol, by its name there."""

    name: str
    filled: bool = False


_PLAIN = {
    # places
    "today": "today", "planning": "calendar_month", "jobs": "handyman", "customers": "group", "stock": "package_2",
    "hours": "schedule", "expenses": "receipt_long", "tickets": "confirmation_number", "sync": "sync", "more": "menu",
    "team": "badge", "settings": "settings", "catalogue": "category", "map": "map", "list": "list_alt",
    # acts
    "search": "search", "back": "arrow_back", "next": "chevron_right", "previous": "chevron_left", "menu": "more_vert",
    "close": "close", "add": "add", "remove": "remove", "edit": "edit", "delete": "delete", "refresh": "refresh",
    "undo": "undo", "redo": "redo", "share": "share", "scan": "qr_code_scanner", "finish": "done_all", "check": "check",
    "filter": "filter_list", "merge": "call_merge", "backspace": "backspace", "expand": "expand_more",
    "collapse": "expand_less", "send": "send", "mic": "mic", "download": "download", "upload": "upload", "sort": "sort",
    "copy": "content_copy", "link": "link", "unlink": "link_off", "logout": "logout", "login": "login", "pin": "pin",
    "open": "open_in_new", "swap": "swap_horiz", "arrow_right": "arrow_forward", "arrow_up": "arrow_upward",
    "arrow_down": "arrow_downward", "replan": "event_repeat", "save": "save", "zoom_in": "zoom_in", "draw": "draw",
    # things
    "place": "near_me", "checklist": "checklist", "before_finish": "rule", "report": "article", "person": "person",
    "text": "notes", "file": "description", "history": "history", "contract": "contract", "project": "folder_open",
    "keyboard": "keyboard", "calendar_day": "calendar_view_day", "calendar_week": "calendar_view_week",
    "open_circle": "radio_button_unchecked", "chosen_circle": "radio_button_checked",
    "box": "check_box_outline_blank", "box_checked": "check_box", "info": "info", "help": "help", "eye": "visibility",
    "language": "language", "text_size": "format_size", "theme": "contrast", "light": "light_mode",
    "dark": "dark_mode", "sun": "sunny", "lock": "lock", "fingerprint": "fingerprint", "storage": "database",
    "network": "wifi", "position": "my_location", "device": "devices", "serial": "tag", "money": "payments",
    "euro": "euro", "kilometres": "add_road", "quote": "format_quote", "phrases": "library_books",
    # expenses
    "fuel": "local_gas_station", "meal": "restaurant", "parking": "local_parking", "toll": "toll", "hotel": "hotel",
    "supplies": "shopping_bag",
}  # fmt: skip
_FILLED = {
    "access": "vpn_key", "route": "directions", "call": "call", "message": "sms", "mail": "mail",
    "photo": "photo_camera",
    "add_photo": "add_a_photo", "sign": "ink_pen", "home": "home", "company": "domain", "appliance": "mode_heat",
    "instruction": "sticky_note_2", "parts": "deployed_code", "office": "support_agent", "timer": "timer",
    "running": "timelapse", "pause": "pause", "offline": "cloud_off",
    "stop": "stop", "flag": "flag", "star": "star", "proof": "verified", "write": "edit",
    "clock": "schedule", "phone_off": "phone_disabled",
    # marks: how a row stands with the server
    "pending": "cloud_upload", "sent": "schedule_send", "parked": "hourglass_top", "conflict": "call_split",
    "refused": "error", "synced": "cloud_done",
    # statuses of a visit
    "planned": "event", "confirmed": "event_available", "travelling": "directions_car", "in_progress": "play_arrow",
    "start": "play_arrow", "paused": "pause", "done": "check_circle", "cancelled": "block", "late": "event_busy",
    "urgent": "priority_high", "warning": "warning", "moved": "published_with_changes", "made_on_site": "person_pin",
}  # fmt: skip
# What a view model needs beyond these names it says as Material Symbols does.
_BY_THEIR_NAME = (
    "add_comment", "add_location", "bolt", "comment", "construction", "edit_note", "extension", "local_shipping",
    "playlist_add", "report", "water_drop",
)  # fmt: skip
UNKNOWN = "extension"
ICONS: Mapping[str, Symbol] = {name: Symbol(symbol) for name, symbol in _PLAIN.items()} | {
    name: Symbol(symbol, filled=True) for name, symbol in _FILLED.items()
}
_SYMBOLS = {one.name: one for one in ICONS.values()} | {name: Symbol(name) for name in _BY_THEIR_NAME}


def find_symbol(name: str) -> Symbol:
    """The symbol of a meaning, or the one that has this name in Material Symbols; a plugin's unknown one is a piece of
    a puzzle: no screen fails for an icon."""
    return ICONS.get(name) or _SYMBOLS.get(name) or _SYMBOLS[UNKNOWN]


def list_symbols() -> frozenset[str]:
    """All that a font of icons has to hold."""
    return frozenset(_SYMBOLS)
