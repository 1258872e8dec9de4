"""What two processes must agree on: reasons, errors, digests, ids, intents. No I/O."""
