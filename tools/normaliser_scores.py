"""Score the normalisers against public lists that nobody on this project wrote.

    python tools/normaliser_scores.py [--json | --markdown] [--vectors PATH]

Rules of this file:
1. Every suite has an oracle that shares no code with what it judges: posixpath, urllib, git,
   the expected values of the list itself.
2. `wrong` counts what was accepted and should not have been, or was read otherwise than the
   oracle reads it. It must be zero; the exit status says so. Refusing is never wrong, but what
   the web accepts and we refuse must be explained by a row of `STRICTER`.
3. A list that is absent is named; it never counts as passed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unicodedata import category, normalize
from urllib.parse import unquote

from holdfast.policy.facts.hosts import canonical_host
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.params import Judged
from holdfast.policy.facts.patches import parse_patch
from holdfast.policy.facts.paths import parse_relative, path_entity, resolve_operand
from holdfast.policy.facts.repos import parse_branch
from holdfast.policy.facts.secrets import secret_entity
from holdfast.policy.facts.urls import parse_url, url_touches

ROOT = Path(__file__).resolve().parent.parent
VECTORS = Path(os.environ.get("HOLDFAST_VECTORS", ROOT.parent / "shared" / "vectors"))
WORLD = World(workspaces={"main": "/work/tree", "docs": "/work/docs"}, home="/home/agent")
REFUSED = (InvalidIntent, Unjudgeable)
_SHOWN = 5

DEVIATIONS: Mapping[tuple[str, str], str] = {
    ("URLs (WHATWG)", "https://www.google.com"): (
        "the list expects failure because of its broken base address; we take absolute URLs "
        "only and have no base"
    ),
}
"""Accepted cases that differ from their list, each with the reason."""

STRICTER: tuple[tuple[str, str], ...] = (
    (r"no scheme|no host|neither http|capitals", "only absolute http and https URLs, with `//`"),
    (r"user name", "credentials in a URL end in logs; a header can be redacted"),
    (r"fragment", "a fragment is never sent, so it is never judged"),
    (r"dot segment|empty segment", "what a server would fold must be written folded"),
    (r"is not normal|escapes `", "what a parser would rewrite must be written rewritten"),
    (r"space|control character|invisible|unassigned|surrogate|separator",
     "what a reader cannot see, or a parser drops silently"),
    (r"backslash", "a separator to some parsers and a character to others"),
    (r"percent escape", "a host has no escapes"),
    (r"not in Unicode form NFC", "two spellings of one text"),
    (r"ends with a dot", "one name to resolvers, two to rules"),
    (r"ends in a number", "`0x` without digits is zero to browsers only"),
    (r"is no port", "port 0, and leading zeros"),
    (r"malformed host or port|is empty|empty query", "parts that are there and empty"),
    (r"is not a host name",
     "names outside IDNA 2008, STD 3 or the DNS length limits: emoji, `_`, hyphens at the ends"),
    (r"not UTF-8|escaped too often", "escapes that two decoders read differently"),
    (r"is no IPv6 address", "zones and malformed addresses"),
    (r"bytes long", "longer than servers take"),
)  # fmt: skip
"""What the web accepts and we refuse: pattern of our message, and why."""


@dataclass(slots=True)
class Score:
    """What one suite found."""

    suite: str
    cases: int = 0
    accepted: int = 0
    wrong: list[str] = field(default_factory=list[str])
    explained: list[str] = field(default_factory=list[str])
    stricter: Counter[str] = field(default_factory=Counter[str])
    missing: str = ""

    def judge(self, case: str, accept: Callable[..., str | None], *given: object) -> None:
        """Count one case; `accept` returns what is wrong with it, or raises when refused."""
        self.cases += 1
        try:
            wrong = accept(*given)
        except REFUSED:
            return
        self.accepted += 1
        if wrong is None:
            return
        reason = DEVIATIONS.get((self.suite, case))
        (self.explained if reason else self.wrong).append(f"{case[:100]!r}: {reason or wrong}")

    def refuse(self, error: Exception) -> None:
        """Explain a refusal of what the list accepts; without an explanation it is wrong."""
        message = str(error)
        why = next((why for pattern, why in STRICTER if re.search(pattern, message)), None)
        if why is None:
            self.wrong.append(f"refused without an explanation: {message[:160]!r}")
        else:
            self.stricter[why] += 1


class MissingListError(Exception):
    """A public list is not on this machine."""


def lines(vectors: Path, *patterns: str) -> list[str]:
    """The distinct lines of payload files, `{FILE}` filled in; bytes survive as surrogates."""
    found: dict[str, None] = {}
    folder = vectors / "payloads"
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            text = path.read_bytes().decode("utf-8", errors="surrogateescape")
            for line in text.split("\n"):
                found[line.rstrip("\r").replace("{FILE}", "etc/passwd")] = None
    if not found:
        raise MissingListError("payloads")
    return list(found)


def read_json(vectors: Path, name: str) -> list[Mapping[str, Any]]:
    """The objects of a JSON list, without its comments."""
    path = vectors / name
    if not path.exists():
        raise MissingListError(name)
    return [x for x in json.loads(path.read_text(encoding="utf-8")) if isinstance(x, dict)]


TRAVERSALS = (
    "*traversal*", "*LFI*", "*lfi*", "*File_Inclusion*", "*disc-cmd-exec*", "*Redirect*",
    "*control-chars*", "*command_exec*",
)  # fmt: skip


def archive_names(vectors: Path) -> Iterator[str]:
    """The member names of archives made to leave their folder."""
    for path in sorted((vectors / "zipslip").rglob("*.tar")):
        with tarfile.open(path) as tar:
            yield from tar.getnames()
    for path in sorted((vectors / "zipslip").rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            yield from archive.namelist()


def leaves(path: str) -> str | None:
    """What is wrong with an accepted path, as posixpath sees it."""
    if posixpath.normpath(path) != path or path.startswith(("/", "../")) or path == "..":
        return "is not a normal path below its root"
    if "\\" in path or any(category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in path):
        return "holds a backslash or an invisible character"
    return None if normalize("NFC", path) == path else "is not NFC"


def paths(vectors: Path) -> Score:
    """Traversals as the path of an fs.* intent."""
    score = Score("traversal: fs.* paths")
    for case in [*lines(vectors, *TRAVERSALS), *archive_names(vectors)]:
        score.judge(case, _path, case)
    return score


def _path(given: str) -> str | None:
    accepted = parse_relative(given, field="path")
    return leaves(accepted) if accepted == given else "is not what was given"


def operands(vectors: Path) -> Score:
    """Traversals as a program's operand, resolved as posixpath would."""
    score = Score("traversal: operands")
    for case in [*lines(vectors, *TRAVERSALS), *archive_names(vectors)]:
        score.judge(case, _operand, case)
    return score


def _operand(case: str) -> str | None:
    found = resolve_operand(case, workdir="src", world=WORLD, shell=False)
    wanted = posixpath.normpath(posixpath.join("/work/tree/src", case.lstrip("/") and case))
    wanted = "/" + wanted.lstrip("/") if case.startswith("/") else wanted
    inside = next((d for d in WORLD.workspaces.values() if f"{wanted}/".startswith(f"{d}/")), None)
    if inside is None:
        right = found.uid.id == wanted and not found.ancestors
    else:
        below = wanted[len(inside) + 1 :] or "."
        main = inside == WORLD.workspaces["main"]
        ident = below if main else f"//docs/{below}" if below != "." else "//docs"
        right = found.uid.id == ident and bool(found.ancestors)
    return None if right else f"was resolved to {found.uid}, not {wanted}"


def patches(vectors: Path) -> Score:
    """Traversals as the file name inside a patch."""
    score = Score("traversal: names in patches")
    for case in lines(vectors, *TRAVERSALS):
        text = f"--- a/{case}\n+++ b/{case}\n@@ -1 +1 @@\n-a\n+b\n"
        score.judge(case, _patch, text)
    return score


def _patch(text: str) -> str | None:
    return leaves(parse_patch(text, field="patch")[0].after or "")


def url_paths(vectors: Path) -> Score:
    """Traversals, redirects and line breaks behind a host."""
    score = Score("traversal, CRLF, redirects: URLs")
    for case in lines(vectors, *TRAVERSALS, "*CRLF*", "*crlf*", "*redirect*", "*cache-poison*"):
        for glue in ("", "/", "/a/", "/?q="):
            url = f"https://example.com{glue}{case}"
            score.judge(url, _url_path, url)
    return score


def _url_path(url: str) -> str | None:
    parsed = parse_url(url)
    authority, rest = re.fullmatch(r"https://([^/?#\\]*)(.*)", url, re.DOTALL).groups()  # type: ignore[union-attr]
    if parsed.href != f"https://{authority.lower()}{'' if rest[:1] == '/' else '/'}{rest}":
        return f"is not what is sent: {parsed.href}"
    path = parsed.path
    for _ in range(10):
        if any(part.strip() in {".", ".."} for part in re.split(r"[/\\;]", path)):
            return "has a dot segment"
        if any(category(c) == "Cc" for c in path):
            return "has a control character in its path"
        path = unquote(path)
    return None


def headers(vectors: Path) -> Score:
    """Line breaks and cache poisons as header values."""
    score = Score("CRLF: header values")
    payloads = lines(vectors, "*CRLF*", "*crlf*", "*cache-poison*", "*control-chars*", "*unicode*")
    for case in payloads:
        for value in (case, unquote(case)):
            score.judge(value, _header, value)
    return score


def _header(value: str) -> str | None:
    world = World(workspaces={}, resolved={"example.com": ("192.0.2.1",)})
    params = {"url": "https://example.com/", "headers": {"x-test": value}}
    if url_touches(params, world).payload["headers"] != (f"x-test: {value}",):
        return "is not what was given"
    return None if all(" " <= c <= "~" for c in value) else "holds what a header cannot"


def naughty(vectors: Path) -> Score:
    """Naughty strings and exotic Unicode as paths, hosts, secrets and branches."""
    score = Score("naughty strings: every name")
    path = vectors / "blns" / "blns.json"
    if not path.exists():
        raise MissingListError("blns")
    texts: list[str] = json.loads(path.read_text(encoding="utf-8"))
    git = shutil.which("git")
    for case in [*texts, *lines(vectors, "*unicode*", "*control-chars*")]:
        score.judge(case, _path, case)
        score.judge(case, _plain_host, case)
        score.judge(case, _plain_name, case)
        score.judge(case, _branch, case, git)
    return score


def _plain_host(given: str) -> str | None:
    host = canonical_host(given).text
    if canonical_host(host).text != host:
        return "is not its own canonical form"
    return None if re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]+", host) else f"gave {host!r}"


def _plain_name(given: str) -> str | None:
    name = secret_entity(given, field="name").uid.id
    plain = name == given and re.fullmatch(r"[\w./-]+", name, re.ASCII) and ".." not in name
    return None if plain else "is no plain name"


def _branch(given: str, git: str | None) -> str | None:
    name = parse_branch(given, field="branch")
    if git is None:
        return None
    command = [git, "check-ref-format", f"refs/heads/{name}"]
    return None if subprocess.run(command, check=False).returncode == 0 else "is no ref to git"


def confusables(vectors: Path) -> Score:
    """Characters that look like ASCII ones: they must never become the same facts."""
    score = Score("confusables: hosts and paths")
    path = vectors / "confusables" / "confusable_homoglyphs" / "confusables.json"
    if not path.exists():
        raise MissingListError("confusables")
    table: Mapping[str, list[Mapping[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    for plain in (c for c in table if re.fullmatch(r"[a-z0-9./-]", c)):
        for other in (row["c"] for row in table[plain]):
            score.judge(f"{plain} {other}", _confusable_path, plain, other)
            score.judge(f"{plain} {other}", _confusable_host, plain, other)
    return score


def _confusable_path(plain: str, other: str) -> str | None:
    case = f"src/{other}x"
    same = path_entity(parse_relative(case, field="path")).uid.id == f"src/{plain}x"
    return "is the same path" if same and other != plain else None


def _confusable_host(plain: str, other: str) -> str | None:
    host = canonical_host(f"a{other}b.example").text
    folded = normalize("NFKC", other).casefold()
    same = host == f"a{plain}b.example"
    return "is the same host" if same and folded != plain and other.lower() != plain else None


WHATWG = ("urltestdata", "ada_extra_urltestdata", "ada_long_urltestdata", "verifydnslength_tests")
_PARTS = ("href", "protocol", "hostname", "port", "pathname", "search", "hash", "username")


def whatwg(vectors: Path) -> Score:
    """The URL tests of the web platform: what we accept must be read as browsers read it."""
    score = Score("URLs (WHATWG)")
    for name in WHATWG:
        for case in read_json(vectors, f"wpt-url/tests/wpt/{name}.json"):
            score.judge(case["input"], _as_browser, case)
            if case.get("protocol") in {"http:", "https:"} and not case.get("failure"):
                _explain(score, parse_url, case["input"])
    return score


def _explain(score: Score, accept: Callable[[str], object], given: str) -> None:
    try:
        accept(given)
    except REFUSED as error:
        score.refuse(error)


def _as_browser(case: Mapping[str, Any]) -> str | None:
    url = parse_url(case["input"])
    if case.get("failure"):
        return "browsers refuse it"
    default = {"http": 80, "https": 443}[url.scheme]
    ours = dict(
        zip(
            _PARTS,
            (
                url.href,
                f"{url.scheme}:",
                url.host.in_url,
                "" if url.port == default else str(url.port),
                url.path,
                f"?{url.query}" if url.query else "",
                "",
                "",
            ),
            strict=True,
        )
    )
    differ = [part for part in _PARTS if part in case and case[part] != ours[part]]
    return f"browsers differ in {', '.join(differ)}" if differ else None


def idna(vectors: Path) -> Score:
    """Unicode's IDNA tests, as the URL standard uses them."""
    score = Score("hosts (IDNA)")
    for name in ("IdnaTestV2", "toascii", "IdnaTestV2-removed"):
        for case in read_json(vectors, f"wpt-url/tests/wpt/{name}.json"):
            given, wanted = case["input"], case["output"]
            score.judge(given, _as_listed, given, wanted)
            if wanted is not None:
                _explain(score, canonical_host, given)
    return score


def _as_listed(given: str, wanted: str | None) -> str | None:
    host = canonical_host(given).text
    return None if host == wanted else f"gave {host!r}, not {wanted!r}"


def escapes(vectors: Path) -> Score:
    """The percent-encoding tests: what we take unescaped is what encoding leaves alone."""
    score = Score("percent-encoding")
    for case in read_json(vectors, "wpt-url/tests/wpt/percent-encoding.json"):
        raw, encoded = case["input"], case["output"]["utf-8"]
        for query in (raw, encoded):
            url = f"https://example.com/?{query}"
            score.judge(url, _encoded, url, query, encoded)
    return score


def _encoded(url: str, given: str, encoded: str) -> str | None:
    query = parse_url(url).query
    return None if query == given == encoded else f"would be sent as {encoded!r}"


def shell(vectors: Path) -> Score:
    """Shell lines: parsed to commands that are all judged, or refused."""
    score = Score("shell lines")
    path = vectors / "shell-commands.jsonl"
    if not path.exists():
        raise MissingListError(path.name)
    judge = shell_normaliser()
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if isinstance(case["command"], str):
            score.judge(case["command"], _shell, judge, case["command"], case["expected"])
    return score


def shell_normaliser() -> Callable[[Mapping[str, object], World], Judged]:
    """The normaliser of shell.exec, when this tree has it."""
    try:
        room = importlib.import_module("holdfast.policy.facts.execs")
        found = room.shell_exec_touches
    except (ImportError, AttributeError):
        raise MissingListError("holdfast.policy.facts.execs") from None

    def judge(params: Mapping[str, object], world: World) -> Judged:
        judged: Judged = found(params, UNKNOWN, world)
        return judged

    return judge


def _shell(
    judge: Callable[[Mapping[str, object], World], Judged], command: str, expected: str | None
) -> str | None:
    touches = judge({"command": command}, WORLD).touches
    return "is destructive and touches nothing" if expected == "deny" and not touches else None


SUITES: tuple[Callable[[Path], Score], ...] = (
    paths, operands, patches, url_paths, headers, naughty, confusables, whatwg, idna, escapes,
    shell,
)  # fmt: skip


def measure(vectors: Path) -> Iterator[Score]:
    """Run every suite."""
    for suite in SUITES:
        try:
            yield suite(vectors)
        except MissingListError as missing:
            yield Score(suite.__name__, missing=str(missing))


def rows(scores: Iterable[Score]) -> list[tuple[str, ...]]:
    """The table, for people."""
    head = (
        "suite",
        "cases",
        "accepted",
        "wrong (must be 0)",
        "explained",
        "stricter than the list",
    )
    body = [
        (s.suite, "not here", s.missing, "-", "-", "-")
        if s.missing
        else (
            s.suite,
            f"{s.cases:,}",
            f"{s.accepted:,}",
            str(len(s.wrong)),
            str(len(s.explained)),
            str(s.stricter.total()) if s.stricter else "-",
        )
        for s in scores
    ]
    return [head, *body]


def markdown(scores: list[Score]) -> str:
    """The same as a page region: scores, and each deviation with its reason."""
    head, *body = rows(scores)
    table = [head, tuple("---" for _ in head), *body]
    text = ["".join(f"| {' | '.join(row)} |\n" for row in table)]
    whys = sum((s.stricter for s in scores), Counter[str]())
    text.append("Refused here though the list accepts it:\n")
    text.append("".join(f"* {count:,}: {why}\n" for why, count in whys.most_common()))
    text.append("Accepted here though the list does not:\n")
    text.append("".join(f"* {line}\n" for s in scores for line in s.explained) or "* nothing\n")
    return "\n".join(text)


def plain(scores: list[Score]) -> str:
    """The table and the first wrong cases, for a terminal."""
    table = rows(scores)
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    text = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in table]
    for score in scores:
        text += [f"wrong: {score.suite}: {line}" for line in score.wrong[:_SHOWN]]
    return "\n".join(text)


def main() -> int:
    """Print the scores; the exit status is 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description="normalisers against public lists")
    parser.add_argument("--vectors", type=Path, default=VECTORS)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true")
    shape.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    scores = list(measure(options.vectors))
    if options.json:
        print(json.dumps([asdict(score) for score in scores], indent=2))
    else:
        print(markdown(scores) if options.markdown else plain(scores))
    return int(any(score.wrong for score in scores))


if __name__ == "__main__":
    sys.exit(main())
