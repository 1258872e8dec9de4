"""What two processes must agree on: reasons, errors, digests, ids, limits, intents, decisions. No I/O."""
