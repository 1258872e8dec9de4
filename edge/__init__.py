"""Edge nodes and their peers: sessions, segments, quotas, sync. Empty until the edge work begins."""
