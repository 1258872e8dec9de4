"""Built-in probe corpora: stored facts, frozen for ever once shipped. One file per corpus."""
