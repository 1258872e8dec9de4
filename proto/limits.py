"""Every ceiling, with its name, its unit and its reason. One place, generated into the docs.

Rules:
1. A ceiling anywhere in the code is a `Limit` of this table; a bare number is a bug. How wide
   something is shown, and how hard a search or an index tries, are no ceilings and stay where
   they are used.
2. Reaching a ceiling is an answer with a code, never a hang and never a silent truncation.
3. `tests/house/test_limits.py` names, for each of them, the test that reaches it.
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


# ---- what an adapter may send --------------------------------------------------------------------
BODY_BYTES: Final = 64 * 1024
CONTENT_BYTES: Final = 8 * 1024 * 1024
JSON_DEPTH: Final = 32
INTEGER_MAX: Final = 2**63 - 1
INTEGER_MIN: Final = -(2**63)
IDEMPOTENCY_KEY_BYTES: Final = 128
LABELS: Final = 16
LABEL_BYTES: Final = 256
KIND_BYTES: Final = 128

# ---- what one intent may touch -------------------------------------------------------------------
REQUESTS_PER_INTENT: Final = 64
PATH_BYTES: Final = 4096
PATH_SEGMENTS: Final = 64
SEGMENT_BYTES: Final = 255
PATCH_BYTES: Final = 1024 * 1024
URL_BYTES: Final = 8192
URL_UNESCAPES: Final = 3
HOST_BYTES: Final = 253
HOST_LABEL_BYTES: Final = 63
PORT_MAX: Final = 65_535
HEADERS: Final = 64
HEADER_BYTES: Final = 8192
ARGV_ITEMS: Final = 1024
ARGV_BYTES: Final = 64 * 1024
PROGRAM_NESTING: Final = 8
ENV_NAMES: Final = 64
SHELL_BYTES: Final = 16 * 1024
SHELL_DEPTH: Final = 16
SHELL_COMMANDS: Final = 2000
SHELL_ROUNDS: Final = 6
SHELL_WORKDIRS: Final = 4
SECRET_NAME_BYTES: Final = 128
SECRET_USES: Final = 1000
REMOTE_BYTES: Final = 1024
REF_BYTES: Final = 250
SET_ITEMS: Final = 256
MCP_VALUES: Final = 10_000
MCP_TEXT_BYTES: Final = 1024 * 1024

# ---- what a policy folder may hold ---------------------------------------------------------------
SOURCE_FILES: Final = 64
SOURCE_FILE_BYTES: Final = 8 * 1024 * 1024
TABLE_BYTES: Final = 512 * 1024
SOURCE_BYTES: Final = 32 * 1024 * 1024
FILE_NAME_CHARACTERS: Final = 200
TOML_LINE_CHARACTERS: Final = 4000
NAME_CHARACTERS: Final = 64
TEXT_CHARACTERS: Final = 1024
LIST_ITEMS: Final = 1024
DURATION_MS: Final = 10 * 366 * 86_400_000
ANNOTATION_CHARACTERS: Final = 500
EXPRESSION_DEPTH: Final = 64
PREFIXES: Final = 4
UNANCHORED_RULES: Final = 512
SUBJECTS: Final = 10_000
GROUPS: Final = 1000
GROUPS_PER_SUBJECT: Final = 64
UID_MAX: Final = 2**32 - 2
TOOL_PARAMS: Final = 64
TOOL_TEXT_CHARACTERS: Final = 65_536
TOOL_VALUES: Final = 256
TOOL_TIMEOUT_MS: Final = 3_600_000
APPROVAL_SLOTS: Final = 8
APPROVAL_USES: Final = 1000
RATE_TOKENS: Final = 1_000_000
OUTPUT_BYTES: Final = 1 << 30
OUTPUT_LINES: Final = 10_000_000
EVIDENCE_COPIES: Final = 32
WHY_CHARACTERS: Final = 2000
CASE_NAME_CHARACTERS: Final = 200
PROBES_AND_TESTS: Final = 10_000
PROBLEMS: Final = 500
PROBLEMS_PER_CHECK: Final = 100

# ---- what compiling and evaluating may cost ------------------------------------------------------
COMPILE_SECONDS: Final = 30
COMPILE_MEMORY_BYTES: Final = 1024 * 1024 * 1024
WORKER_OUTPUT_BYTES: Final = 64 * 1024 * 1024
TREE_DEPTH: Final = 100
EVALUATION_STEPS: Final = 1_000_000
RESOLVE_SECONDS: Final = 3

# ---- what an import may read ---------------------------------------------------------------------
IMPORT_BYTES: Final = 256 * 1024
IMPORT_TOOLS: Final = 1000
IMPORT_PREFIXES: Final = 64

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
    Limit("path_segments", PATH_SEGMENTS, "segments", "each is an ancestor the evaluator looks at"),
    Limit("segment_bytes", SEGMENT_BYTES, "bytes", "NAME_MAX of every system we execute on"),
    Limit("patch_bytes", PATCH_BYTES, "bytes", "a patch is read line by line before it is judged"),
    Limit("url_bytes", URL_BYTES, "bytes", "longer request lines are refused by most servers"),
    Limit(
        "url_unescapes", URL_UNESCAPES, "rounds", "a path still escaped after these hides something"
    ),
    Limit("host_bytes", HOST_BYTES, "bytes", "the longest name DNS can carry"),
    Limit("host_label_bytes", HOST_LABEL_BYTES, "bytes", "the longest label DNS can carry"),
    Limit("port_max", PORT_MAX, "", "a port has 16 bits"),
    Limit("headers", HEADERS, "headers", "servers refuse more, and each is a fact"),
    Limit("header_bytes", HEADER_BYTES, "bytes", "longer ones are refused by most servers"),
    Limit("argv_items", ARGV_ITEMS, "arguments", "every operand is a thing to judge"),
    Limit("argv_bytes", ARGV_BYTES, "bytes", "bounded work for the normaliser"),
    Limit(
        "program_nesting", PROGRAM_NESTING, "programs", "`env nice sudo xargs ...`: each is judged"
    ),
    Limit("env_names", ENV_NAMES, "names", "each may make a program run code"),
    Limit("shell_bytes", SHELL_BYTES, "bytes", "a longer script belongs in a file"),
    Limit("shell_depth", SHELL_DEPTH, "levels", "people cannot read deeper nesting"),
    Limit("shell_commands", SHELL_COMMANDS, "commands", "loops are walked, and count each time"),
    Limit(
        "shell_rounds",
        SHELL_ROUNDS,
        "rounds",
        "a loop that still teaches something new cannot be followed",
    ),
    Limit("shell_workdirs", SHELL_WORKDIRS, "directories", "a `cd` that may fail doubles them"),
    Limit(
        "secret_name_bytes",
        SECRET_NAME_BYTES,
        "bytes",
        "a secret's name is an entity id and is journalled",
    ),
    Limit("secret_uses", SECRET_USES, "uses", "more is no checkout but ownership"),
    Limit("remote_bytes", REMOTE_BYTES, "bytes", "the address of a repository is short"),
    Limit("ref_bytes", REF_BYTES, "bytes", "a branch is a file name on most servers"),
    Limit("set_items", SET_ITEMS, "items", "of one set parameter; each is compared"),
    Limit("mcp_values", MCP_VALUES, "values", "arguments of an upstream tool, walked one by one"),
    Limit("mcp_text_bytes", MCP_TEXT_BYTES, "bytes", "text in the arguments of an upstream tool"),
    Limit("source_files", SOURCE_FILES, "files", "one bundle layer per file"),
    Limit("source_file_bytes", SOURCE_FILE_BYTES, "bytes", "the largest bundle layer"),
    Limit("table_bytes", TABLE_BYTES, "bytes", "a settings file is written by hand"),
    Limit("source_bytes", SOURCE_BYTES, "bytes", "the largest bundle"),
    Limit(
        "file_name_characters",
        FILE_NAME_CHARACTERS,
        "characters",
        "names are shown, and kept in archives",
    ),
    Limit(
        "toml_line_characters",
        TOML_LINE_CHARACTERS,
        "characters",
        "a dotted key costs the square of its length",
    ),
    Limit(
        "name_characters",
        NAME_CHARACTERS,
        "characters",
        "names of rules, groups, approvals, profiles",
    ),
    Limit(
        "text_characters",
        TEXT_CHARACTERS,
        "characters",
        "of a text in a settings file, unless it has its own",
    ),
    Limit("list_items", LIST_ITEMS, "items", "of a list in a settings file, unless it has its own"),
    Limit("duration_ms", DURATION_MS, "ms", "ten years: longer is a slip of the finger"),
    Limit(
        "annotation_characters",
        ANNOTATION_CHARACTERS,
        "characters",
        "annotations are shown on one screen",
    ),
    Limit("expression_depth", EXPRESSION_DEPTH, "levels", "deeper rules are attacks on the reader"),
    Limit("prefixes", PREFIXES, "operators", "`!!!!x`: more is refused by Cedar's grammar"),
    Limit(
        "unanchored_rules",
        UNANCHORED_RULES,
        "rules",
        "what no index anchors is tried one after another",
    ),
    Limit("subjects", SUBJECTS, "subjects", "map more by claims"),
    Limit("groups", GROUPS, "groups", "each is an ancestor of somebody"),
    Limit(
        "groups_per_subject",
        GROUPS_PER_SUBJECT,
        "groups",
        "each is an ancestor the evaluator looks at",
    ),
    Limit("uid_max", UID_MAX, "", "the highest user id POSIX systems give; the next means nobody"),
    Limit("tool_params", TOOL_PARAMS, "parameters", "of one tool; each is a fact"),
    Limit(
        "tool_text_characters",
        TOOL_TEXT_CHARACTERS,
        "characters",
        "more is content, and judged as opaque",
    ),
    Limit("tool_values", TOOL_VALUES, "values", "of one enum"),
    Limit("tool_timeout_ms", TOOL_TIMEOUT_MS, "ms", "an hour: longer work is a job of its own"),
    Limit("approval_slots", APPROVAL_SLOTS, "slots", "nobody finds nine different people"),
    Limit("approval_uses", APPROVAL_USES, "uses", "more is no approval but a permit"),
    Limit("rate_tokens", RATE_TOKENS, "tokens", "a higher rate limits nothing"),
    Limit("output_bytes", OUTPUT_BYTES, "bytes", "output is kept as evidence"),
    Limit("output_lines", OUTPUT_LINES, "lines", "output is kept as evidence"),
    Limit(
        "evidence_copies",
        EVIDENCE_COPIES,
        "copies",
        "more nodes than any deployment asks to confirm",
    ),
    Limit(
        "why_characters",
        WHY_CHARACTERS,
        "characters",
        "the reason of an accepted flip is read by people",
    ),
    Limit(
        "case_name_characters",
        CASE_NAME_CHARACTERS,
        "characters",
        "a test's name is one line of a table",
    ),
    Limit("probes_and_tests", PROBES_AND_TESTS, "cases", "activation replays all of them"),
    Limit("problems", PROBLEMS, "problems", "more than anybody reads: the first of them are told"),
    Limit(
        "problems_per_check",
        PROBLEMS_PER_CHECK,
        "problems",
        "where each costs a search of the file",
    ),
    Limit(
        "compile_seconds", COMPILE_SECONDS, "seconds", "hostile folders are refused, not awaited"
    ),
    Limit("compile_memory_bytes", COMPILE_MEMORY_BYTES, "bytes", "of the worker process"),
    Limit("worker_output_bytes", WORKER_OUTPUT_BYTES, "bytes", "what a worker may write"),
    Limit(
        "tree_depth", TREE_DEPTH, "levels", "a typed tree; as many as the Cedar engine's own holds"
    ),
    Limit(
        "evaluation_steps",
        EVALUATION_STEPS,
        "steps",
        "of one request: tree nodes, set members, 64 bytes each",
    ),
    Limit("resolve_seconds", RESOLVE_SECONDS, "seconds", "an answer later than this is no answer"),
    Limit("import_bytes", IMPORT_BYTES, "bytes", "lists of permissions are written by hand"),
    Limit("import_tools", IMPORT_TOOLS, "tools", "of one server; each becomes a rule to review"),
    Limit("import_prefixes", IMPORT_PREFIXES, "prefixes", "that one imported rule may stand for"),
)
