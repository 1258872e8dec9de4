"""Signed bundles: format, transport, checks, trust. Empty until the bundle work begins."""
