"""Score the shipped coding-agent policy against a public list of shell commands.

    python tools/template_scores.py [--json | --write | --check]

The list says of each command whether an agent may run it. It was made for a guard that looks for
known dangers and lets everything else pass; this policy permits what it knows and nothing else.
So the two should agree on dangers, and differ on the unknown.

Rules of this file:
1. A command that the list denies and the policy allows is wrong, and the exit status says so.
2. A command that the list allows and the policy denies must be explained by a row of `STRICTER`;
   without an explanation it is wrong as well.
3. A list that is absent is named; it never counts as passed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from holdfast.policy.author.situations import judge_situation
from holdfast.policy.loader import Loaded, load_policy
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Situation
from holdfast.proto.decision import Decision
from holdfast.proto.reasons import Code
from holdfast.runtime.data import template_files
from tools.generated import checking, finish, sync, table

ROOT = Path(__file__).resolve().parent.parent
VECTORS = Path(os.environ.get("HOLDFAST_VECTORS", ROOT.parent / "shared" / "vectors"))
LIST = "shell-commands.jsonl"
PAGE = "docs/explanation/template-scores.md"
TEMPLATE = "coding-agent"
RESOLVE = {"github.com": ("140.82.121.4",), "example.com": ("93.184.215.14",)}
"""Where the list's hosts are: their being looked up is not what is scored."""


def _denied(decision: Decision) -> Iterator[str]:
    return (one.uid for one in decision.resources if one.decision != "allow")


def _outside(decision: Decision) -> bool:
    return any(uid.startswith('Path::"/') for uid in _denied(decision))


def _sends(decision: Decision) -> bool:
    return any(uid.startswith("Url::") for uid in _denied(decision))


def _unknown_program(decision: Decision) -> bool:
    denied = _denied(decision)
    return decision.reason_code is Code.NO_PERMIT and any(
        uid.startswith("Program::") for uid in denied
    )


def _by(rule: str) -> Callable[[Decision], bool]:
    return lambda decision: any(one.id == rule for one in decision.rules)


STRICTER: tuple[tuple[str, Callable[[Decision], bool]], ...] = (
    (
        "it touches a path outside the workspace, `/tmp` too: scratch space belongs inside",
        _outside,
    ),
    (
        "nobody can say what it would do: a variable or another program's output decides",
        lambda decision: decision.reason_code is Code.UNJUDGEABLE,
    ),
    (
        "inline code of a language nobody can judge: a file of the repository can be reviewed",
        _by("no-inline-code"),
    ),
    (
        "it rewrites whatever changed, protected configuration too: a maintainer agrees first",
        lambda decision: decision.reason_code is Code.APPROVAL_PENDING,
    ),
    ("it sends data to a host that the policy does not name", _sends),
    (
        "a program, or a subcommand, that the policy does not know: what no rule permits is denied",
        _unknown_program,
    ),
)
"""Why the policy denies what the list allows; the first that fits is counted."""


@dataclass(slots=True)
class Score:
    """What came of the list."""

    denied: int = 0
    denied_of: int = 0
    allowed: int = 0
    allowed_of: int = 0
    stricter: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    wrong: list[str] = field(default_factory=list[str])

    def add(self, command: str, expected: str, decision: Decision) -> None:
        """Count one command."""
        if expected == "deny":
            self.denied_of += 1
            self.denied += not decision.allowed
            if decision.allowed:
                self.wrong.append(f"allowed: {command!r}")
            return
        self.allowed_of += 1
        self.allowed += decision.allowed
        if decision.allowed:
            return
        why = next((why for why, fits in STRICTER if fits(decision)), None)
        if why is None:
            self.wrong.append(f"denied without an explanation: {command!r}: {decision.reason}")
        else:
            self.stricter.setdefault(why, []).append(command)


def commands(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The commands that say what is expected of them."""
    for line in lines:
        row = json.loads(line)
        if row["expected"] is not None and row["command"] is not None:
            yield row["command"], row["expected"]


def score(policy: Policy, listed: Iterable[tuple[str, str]]) -> Score:
    """Judge a list."""
    found = Score()
    for command, expected in listed:
        situation = Situation(None, "shell.exec", {"command": command}, resolve=RESOLVE)
        found.add(command, expected, judge_situation(policy, situation))
    return found


def template() -> Policy:
    """The shipped policy."""
    loaded = load_policy(template_files(TEMPLATE))
    if not isinstance(loaded, Loaded):
        raise SystemExit(f"the template does not load: {loaded.problems}")
    return loaded.policy


def page(found: Score) -> str:
    """The generated part of the docs page."""
    head = table(
        ("the list says", "commands", "the policy agrees"),
        [
            ("deny", str(found.denied_of), str(found.denied)),
            ("allow", str(found.allowed_of), str(found.allowed)),
        ],
    )
    why = table(
        ("denied although the list allows it, because", "commands", "for example"),
        [
            (why, str(len(each)), f"`{min(each, key=len)}`")
            for why, each in sorted(found.stricter.items(), key=lambda row: -len(row[1]))
        ],
    )
    return f"{head}\n\n{why}"


def main() -> int:
    """Print the score; write the page, or say that it is stale."""
    path = VECTORS / LIST
    if not path.exists():
        print(f"skipped: the list `{LIST}` is not here (HOLDFAST_VECTORS)")
        return 0
    found = score(template(), commands(path.read_text(encoding="utf-8").splitlines()))
    if "--json" in sys.argv[1:]:
        print(json.dumps(asdict(found), indent=2))
        return int(bool(found.wrong))
    print(
        f"{TEMPLATE}: denies {found.denied} of {found.denied_of}, "
        f"allows {found.allowed} of {found.allowed_of}; "
        f"{sum(map(len, found.stricter.values()))} stricter, {len(found.wrong)} wrong"
    )
    problems = list(found.wrong)
    if checking() or "--write" in sys.argv[1:]:
        problems += sync({(PAGE, "template-scores"): page(found)}, check=checking())
    return finish("template scores", problems)


if __name__ == "__main__":
    raise SystemExit(main())
