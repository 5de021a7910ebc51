"""Keys as they stand on a keyboard."""

NAMES = {"ctrl": "Ctrl", "tab": "Tab", "enter": "Enter", "escape": "Esc", "home": "Home", "end": "End"}


def say_key(key: str) -> str:
    """`ctrl+k` as `Ctrl K`: a key by its name or its letter."""
    words = (NAMES.get(part, part.upper() if len(part) < 3 else part) for part in key.replace("+", " ").split())
    return " ".join(words)
