"""Edge nodes and their peers. Empty until the edge work begins."""
