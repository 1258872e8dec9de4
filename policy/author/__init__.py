"""Tools for who writes rules: tests, coverage, diff, who, import. Pure."""
