"""The process: commands now, listeners and executors later. Only this room touches the world."""
