"""Holdfast decides what an agent's tool call may do, runs it, and proves it later."""
