"""The app as a thing that somebody owns: accounts on this device, the keys of their files, lock and settings."""
