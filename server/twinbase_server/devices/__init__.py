"""What the office does about a device: a code for a new one, a name, an end."""
