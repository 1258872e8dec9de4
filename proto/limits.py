"""Every ceiling, with its name, its unit and its reason. One place, generated into the docs.

Rules:
1. A ceiling anywhere in the code is a `Limit` of this table; a bare number is a bug.
2. Reaching a ceiling is an answer with a code, never a hang and never a truncation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """One ceiling."""

    name: str
    value: int
    unit: str
    why: str


# ---- what an adapter may send ------------------------------------------------------------------
BODY_BYTES: Final = 64 * 1024
CONTENT_BYTES: Final = 8 * 1024 * 1024
JSON_DEPTH: Final = 32
INTEGER_MAX: Final = 2**63 - 1
INTEGER_MIN: Final = -(2**63)
IDEMPOTENCY_KEY_BYTES: Final = 128
LABELS: Final = 16
LABEL_BYTES: Final = 256
KIND_BYTES: Final = 128

# ---- what one intent may touch -----------------------------------------------------------------
REQUESTS_PER_INTENT: Final = 64
PATH_BYTES: Final = 4096
SEGMENT_BYTES: Final = 255
URL_BYTES: Final = 8192
HOST_BYTES: Final = 253
ARGV_ITEMS: Final = 1024
ARGV_BYTES: Final = 64 * 1024
SHELL_BYTES: Final = 16 * 1024
SHELL_DEPTH: Final = 16

# ---- what a policy folder may hold -------------------------------------------------------------
SOURCE_FILES: Final = 64
SOURCE_FILE_BYTES: Final = 8 * 1024 * 1024
SOURCE_BYTES: Final = 32 * 1024 * 1024
EXPRESSION_DEPTH: Final = 64
PROBES_AND_TESTS: Final = 10_000
COMPILE_SECONDS: Final = 30
COMPILE_MEMORY_BYTES: Final = 1024 * 1024 * 1024

LIMITS: Final[tuple[Limit, ...]] = (
    Limit("body_bytes", BODY_BYTES, "bytes", "an intent is small; file content has its own limit"),
    Limit("content_bytes", CONTENT_BYTES, "bytes", "ordinary file writes exceed 64 KiB"),
    Limit("json_depth", JSON_DEPTH, "levels", "recursion is an attack on every reader after us"),
    Limit("integer_max", INTEGER_MAX, "", "Cedar's integers are 64-bit; beyond is not a number"),
    Limit("integer_min", INTEGER_MIN, "", "Cedar's integers are 64-bit; beyond is not a number"),
    Limit("idempotency_key_bytes", IDEMPOTENCY_KEY_BYTES, "bytes", "keys are kept"),
    Limit("labels", LABELS, "labels", "labels are journalled with every record"),
    Limit("label_bytes", LABEL_BYTES, "bytes", "labels are journalled with every record"),
    Limit("kind_bytes", KIND_BYTES, "bytes", "a kind is a short dotted name"),
    Limit("requests_per_intent", REQUESTS_PER_INTENT, "requests", "one intent, bounded work"),
    Limit("path_bytes", PATH_BYTES, "bytes", "PATH_MAX of every system we execute on"),
    Limit("segment_bytes", SEGMENT_BYTES, "bytes", "NAME_MAX of every system we execute on"),
    Limit("url_bytes", URL_BYTES, "bytes", "longer request lines are refused by most servers"),
    Limit("host_bytes", HOST_BYTES, "bytes", "the longest name DNS can carry"),
    Limit("argv_items", ARGV_ITEMS, "arguments", "every operand is a thing to judge"),
    Limit("argv_bytes", ARGV_BYTES, "bytes", "bounded work for the normaliser"),
    Limit("shell_bytes", SHELL_BYTES, "bytes", "a longer script belongs in a file"),
    Limit("shell_depth", SHELL_DEPTH, "levels", "people cannot read deeper nesting"),
    Limit("source_files", SOURCE_FILES, "files", "one bundle layer per file"),
    Limit("source_file_bytes", SOURCE_FILE_BYTES, "bytes", "the largest bundle layer"),
    Limit("source_bytes", SOURCE_BYTES, "bytes", "the largest bundle"),
    Limit("expression_depth", EXPRESSION_DEPTH, "levels", "deeper rules are attacks on the reader"),
    Limit("probes_and_tests", PROBES_AND_TESTS, "cases", "activation replays all of them"),
    Limit(
        "compile_seconds", COMPILE_SECONDS, "seconds", "hostile folders are refused, not awaited"
    ),
    Limit("compile_memory_bytes", COMPILE_MEMORY_BYTES, "bytes", "of the worker process"),
)
