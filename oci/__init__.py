"""Signed bundles: format, transport, signatures, checks, trust. Empty until the bundle work begins."""
