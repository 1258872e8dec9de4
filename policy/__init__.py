"""Cedar in, decisions out. Pure: no sockets, clocks, files or trio."""
