"""Intents to typed canonical facts: one pure normaliser per kind. What is judged is executed."""
