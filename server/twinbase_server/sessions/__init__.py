"""Sessions: one sign-in on one device, until it is ended, and the refresh tokens that keep it going."""
