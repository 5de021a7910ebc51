"""Attachments on the server: which row names what, how its bytes come, who may have them, and when they go."""
