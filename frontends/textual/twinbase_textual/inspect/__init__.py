"""An inspector for support: what is in a device's file, read and never written."""
