"""The command tree: two levels, and only what works.

Rules of this file:
1. It is a table. It imports nothing but the grammar, so `--help` costs next to nothing.
2. A command is here when it does what its row says, not before.
3. `docs/reference/cli.md` is generated from it (`tools/gen_cli.py --check`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from holdfast.runtime.cli.grammar import Command, Example, Option

TAGLINE: Final = "Decides what an agent's tool call may do, runs it, proves it later."
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {"policy": "Write, check, test and explain the rules an agent's tool calls are judged by."}
)
POINTERS: Final = (("start here", "docs/tutorial/policy.md"),)

_POLICY: Final = Option(
    "--policy", "DIR", "the policy folder; else the nearest one upwards with a holdfast.toml"
)
_AS: Final = Option("--as", "ID", "who asks: an agent or person of who.toml (the first agent)")
_AT: Final = Option("--at", "TIME", "the moment, as 2026-01-05T12:00:00Z (now)")
_APPROVE: Final = Option("--approve", "NAME", "as if this approval were held", many=True)
_RESOLVE: Final = Option(
    "--resolve",
    "HOST=ADDR",
    "as if the host had this address; then no name is looked up",
    many=True,
)
_WORKSPACE: Final = Option(
    "--workspace", "DIR", "what paths are relative to (the folder found; with --policy, here)"
)
_KINDS: Final = """
The kinds and their parameters, [optional]; tools.toml adds kinds of its own:
  fs.read, fs.delete   path [workspace]
  fs.list              [path workspace]
  fs.write             path content [encoding workspace]
  fs.patch             patch [workspace]
  process.exec         argv [env stdin stdin_encoding workdir]
  shell.exec           command [workdir]
  net.request          url [method headers body encoding]
  secret.checkout      name destination [uses]
  secret.use           name destination [uses]
  repo.publish         remote branch [force]
  mcp.call             server tool [arguments]
  tool.echo            text
"""
_PARAMETERS: Final = f"""{_KINDS}
NAME=VALUE is text, unless the parameter is a list, an object, a number or a switch:
then VALUE is read as JSON. NAME:=JSON is always JSON. `-` reads a whole intent,
{{"kind": ..., "params": {{...}}}}, from standard input, strictly. For process.exec the
argument vector may follow `--`, word for word.
"""

_ALL: Final = (
    Command(
        name="up",
        operands="",
        least=0,
        most=0,
        about="the demo policy and the 60-second tour",
        more="""
Compiles the demo policy that is shipped and asks it for what the rows show. Beside it stands
what a list of patterns, as coding agents keep them, answers to the same. Every row is really
asked; only rows that need no running service are here yet.
""",
        options=(),
        examples=(Example("holdfast up", "print the tour"),),
        run="up:up",
    ),
    Command(
        name="ask",
        operands="KIND [NAME=VALUE ...] | KIND -- ARG ... | -",
        least=1,
        most=None,
        about="one decision; --why explains it",
        more=f"""
Judges one intent by a policy folder on this machine, and prints the decision with the rule
that made it. Nothing is run, opened or sent, except that the host of a request is looked up.
{_PARAMETERS}
Exit status 0 is allow, 3 is deny; every question gets one of the two.
""",
        options=(
            _POLICY,
            _AS,
            Option("--why", "", "facts, rules, the condition that failed, what would flip it"),
            _AT,
            _APPROVE,
            _RESOLVE,
            _WORKSPACE,
        ),
        examples=(
            Example("holdfast ask fs.read path=src/app.py", "may the file be read?"),
            Example("holdfast ask process.exec -- git push origin main", "may this be run?"),
            Example("holdfast ask shell.exec command='cat a | wc -l' --why", "explain a line"),
            Example("holdfast ask deploy.run env=prod --approve deploy", "with an approval held"),
        ),
        run="ask:ask",
        brief="KIND k=v.. | -",
        dashes=True,
    ),
    Command(
        name="policy init",
        operands="[DIR]",
        least=0,
        most=1,
        about="a good starting folder, with tests",
        more="""
Writes a policy folder into DIR (default: here, if that is empty). Files that exist are never
overwritten. The templates:
  coding-agent  an agent that works in a repository: edits, builds, reviews, no credentials
  ci            a job that builds and tests a checkout, and publishes with approval
  read-only     an assistant that may look at a workspace and change nothing
  ops           deploys that two people must want, and a site without internet
  demo          what `holdfast up` and the README show
""",
        options=(
            Option("--template", "NAME", "one of these (coding-agent)"),
            Option("--name", "NAME", "what the policy is called (the template's name)"),
        ),
        examples=(
            Example("holdfast policy init policy", "start from the coding-agent template"),
            Example("holdfast policy init ci-policy --template ci", "start from another one"),
        ),
        run="policy_write:init",
    ),
    Command(
        name="policy check",
        operands="[DIR]",
        least=0,
        most=1,
        about="parse, validate, lint: every mistake at once",
        more="""
Also refuses what is valid Cedar but cannot be meant, such as a rule that never matches.
The folder is compiled in a process of its own, with limits on time and memory.
""",
        options=(),
        examples=(Example("holdfast policy check", "check the folder you are in"),),
        run="policy_check:check",
    ),
    Command(
        name="policy test",
        operands="[DIR]",
        least=0,
        most=1,
        about="run the folder's tests; rule and condition coverage",
        more="""
Runs tests/*.toml at a fixed moment, without a network. Exit status 1 when a test fails.
""",
        options=(
            Option("--coverage", "", "also list each rule and condition no test decided by"),
            Option("--junit", "FILE", "write a JUnit report"),
        ),
        examples=(
            Example("holdfast policy test --coverage", "and what they do not test"),
            Example("holdfast policy test policy --junit report.xml", "for a CI system"),
        ),
        run="policy_check:test",
    ),
    Command(
        name="policy diff",
        operands="OLD NEW",
        least=2,
        most=2,
        about="what changes, each flip with a witness",
        more="""
Asks both folders every test and probe of either, and prints each answer that changes:
deny to allow first. Changed approvals, templates, profiles and memberships count too.
A flip nobody accepted makes the exit status 3.
""",
        options=(
            Option("--accept", "WHY", "write the flips into NEW's holdfast.toml, with the reason"),
        ),
        examples=(
            Example("holdfast policy diff main/policy policy", "review a change"),
            Example("holdfast policy diff old new --accept 'ops need logs'", "and stand by it"),
        ),
        run="policy_diff:diff",
    ),
    Command(
        name="policy who",
        operands="ACTION RESOURCE",
        least=2,
        most=2,
        about="who may do this to that",
        more="""
Asks for everybody in who.toml. RESOURCE is what the action is about: a path, a command in
quotes, a URL, a secret's name, server/tool; Path::"src/app.py" is taken too. What the
question leaves open (the time, how somebody is authenticated, a tool's parameters) is not
guessed: such a row says `depends`, and on what.
""",
        options=(_POLICY,),
        examples=(Example("holdfast policy who fs.write src/app.py", "who may write the file?"),),
        run="policy_who:who",
    ),
    Command(
        name="policy facts",
        operands="KIND [NAME=VALUE ...] | KIND -- ARG ... | -",
        least=1,
        most=None,
        about="what a rule would see of an intent",
        more=_PARAMETERS,
        options=(_POLICY, _AS, _AT, _APPROVE, _RESOLVE, _WORKSPACE),
        examples=(
            Example(
                "holdfast policy facts process.exec -- git diff a.py", "three facts, two things"
            ),
        ),
        run="policy_who:facts",
        brief="KIND k=v.. | -",
        dashes=True,
    ),
    Command(
        name="policy fmt",
        operands="[DIR]",
        least=0,
        most=1,
        about="format the rules",
        more="""
Lays out every rules/*.cedar the one way everybody reads. Only white space changes, never what
a rule means; where one file cannot be read, none is touched.
""",
        options=(Option("--check", "", "write nothing; exit 1 if something would change"),),
        examples=(
            Example("holdfast policy fmt", "format the folder you are in"),
            Example("holdfast policy fmt policy --check", "for a pull request's check"),
        ),
        run="policy_write:fmt",
    ),
    Command(
        name="policy import",
        operands="FILE",
        least=1,
        most=1,
        about="draft rules from a permission list or an MCP server's tools",
        more="""
Reads the permissions of Claude Code (settings.json), the command rules of Codex or the answer
of an MCP server's tools/list, and prints a draft of rules, with an account of every entry.
Nothing is widened, and nothing is allowed that you do not put into a folder yourself.
""",
        options=(
            Option("--out", "DIR", "write the draft's folder; no file is overwritten"),
            Option("--from", "FORM", "claude-code, codex or mcp (told by what is in the file)"),
            Option("--server", "NAME", "whose tools they are, for mcp"),
        ),
        examples=(
            Example("holdfast policy import .claude/settings.json", "see the draft"),
            Example("holdfast policy import tools.json --server wiki --out wiki", "write one"),
        ),
        run="policy_import:import_list",
    ),
)

COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {command.name: command for command in _ALL}
)
SECTIONS: Final = (
    ("see", ("up",)),
    ("decide", ("ask",)),
    ("write a policy", tuple(name for name in COMMANDS if name.startswith("policy "))),
)
