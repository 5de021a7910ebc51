"""Attachments on a device: their bytes, encrypted beside the file, on their way to the server and back."""
