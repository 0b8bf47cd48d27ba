"""HTTP with servers: sending, connections, pace, quotas and tokens. Knows no server."""
