"""The shipped Cedar schema: every built-in kind. Custom tools are added per folder."""
