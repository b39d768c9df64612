"""How fast the service is, measured beside a server that does no engine's work (`make bench`)."""
