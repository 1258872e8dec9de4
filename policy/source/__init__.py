"""The policy folder as its author writes it: tables, rules, checks, every mistake at once."""
