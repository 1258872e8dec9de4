"""The process: commands, listeners, pipeline. The only room that touches the world, through one `Env`."""
