"""Mail goes out through a server of the operator's, over TLS."""
