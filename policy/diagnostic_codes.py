"""Every code a policy folder's author can meet: what it says and what to do.

The docs page of diagnostics is generated from `CODES`; a code is never renamed or reused.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["CODES", "Code", "Layout"]


class Layout(enum.Enum):
    """How a problem is printed."""

    CARET = "caret"
    """The source line, a caret under what is wrong, the hint beside it."""
    ADVICE = "advice"
    """The hint alone: the message shows what is wrong, the hint what to write instead."""


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of mistake."""

    code: str
    text: str
    """What the code means, in a sentence."""
    advice: str
    """What to do about it."""
    layout: Layout = Layout.CARET


_A = Layout.ADVICE
_ALL = (
    # Cedar text
    Code("syntax", "the text does not follow Cedar's grammar here", "write what was expected"),
    Code("unexpected-character", "a character that begins nothing in Cedar", "remove it"),
    Code("unterminated-text", "a text in double quotes that is never closed", "close it"),
    Code("bad-escape", "a backslash followed by something that is no escape", "double it"),
    Code("number-too-large", "a number beyond 64 bits", "use a smaller one"),
    Code("too-deep", "nesting beyond the ceiling of 64 levels", "split the rule"),
    Code("reserved-word", "a word of the language used as a name", "choose another name"),
    Code("unknown-variable", "a bare word that is none of Cedar's four variables", "quote it"),
    Code("unknown-function", "a function Cedar does not have", "use one of those listed"),
    Code("unknown-method", "a method Cedar does not have", "use one of those listed"),
    Code("wrong-arguments", "a function or method called with too many or too few", "fix the call"),
    Code("duplicate-key", "a key that stands twice", "remove one of them"),
    Code("duplicate-annotation", "an annotation that stands twice on a rule", "remove one"),
    Code("not-an-action", "an entity in the action's place that is no action", "use an action"),
    Code("template-slot", "`?principal` or `?resource`: bundles hold no templates", "name it"),
    Code("engine-refuses", "our parser takes the file, the Cedar engine's does not", "report it"),
    Code(
        "unknown-construct",
        "the validator knows a construct that the compiler does not model",
        "write the rule in plainer words, and report it",
    ),
    Code("parsers-disagree", "our parser and the Cedar engine's read two trees", "report it"),
    # The folder
    Code("unknown-file", "a file that has no meaning in a policy folder", "move or remove it"),
    Code("missing-file", "a file the folder needs is not there", "create it"),
    Code("too-large", "a file, or the folder, is over its ceiling", "split or shorten it"),
    Code("more-problems", "a folder with more problems than are told", "mend the first ones"),
    Code("not-utf8", "bytes that are not UTF-8", "save the file as UTF-8"),
    Code("hidden-character", "a control, bidirectional or invisible character", "remove it"),
    # TOML and JSON
    Code("toml", "the text is not TOML", "fix the line"),
    Code("json", "the line is not strict JSON", "fix the line"),
    Code("unknown-key", "a key the file does not have", "remove or respell it"),
    Code("missing-key", "a key the file needs", "add it"),
    Code("wrong-type", "a value of another type than the key takes", "write the other type"),
    Code("bad-value", "a value the key does not take", "write one it takes"),
    Code("duplicate-name", "a name given twice", "rename one of them"),
    Code("unknown-name", "a name that nothing declares", "declare or respell it"),
    Code("cycle", "groups that are in each other", "break the circle"),
    # Rules' metadata
    Code("missing-id", "a rule without `@id`", 'add `@id("...")`'),
    Code("bad-id", "an `@id` that is not a name", "use lower case, digits and dashes"),
    Code("duplicate-id", "two rules with one `@id`", "rename one of them"),
    Code("unknown-annotation", "an annotation no rule knows", "respell or remove it"),
    Code("empty-annotation", "an annotation that needs a text and has none", "write the text"),
    Code("unknown-approval", "an approval approvals.toml does not have", "add it there"),
    Code("unknown-profile", "a profile profiles.toml does not have", "add it there"),
    Code("needs-on-permit", "`@needs` on a permit, which would be ignored", "use a forbid"),
    Code("profile-on-forbid", "`@profile` on a forbid, which permits nothing", "move it"),
    Code("approval-form", "`context.approvals` in any but its one lawful place", "use that form"),
    # Validation against the schema
    Code("unknown-action", "an action no kind and no tool has", "respell it"),
    Code("unknown-type", "an entity type the schema does not have", "respell it"),
    Code("unknown-attribute", "an attribute the thing does not have", "respell it"),
    Code("text-for-entity", "a text compared with an entity", "name the entity", _A),
    Code("type-mismatch", "values of types that do not go together", "compare like with like"),
    Code("bad-literal", "a text that is no ip, decimal, datetime or duration", "correct it"),
    Code("invalid-rule", "a rule the schema refuses", "read the message"),
    Code("bad-schema", "the folder's schema cannot be built", "read the message"),
    # What validates clean but cannot be meant
    Code("unknown-group", "a group who.toml does not have", "declare or respell it"),
    Code("dead-forbid", "a forbid that can never match: it protects nothing", "fix it", _A),
    Code("dead-permit", "a permit that can never match", "fix or remove it", _A),
    Code("dead-approval", "an approval that opens nothing", "add a permit", _A),
    Code("unanchored-rules", "too many rules that nothing tells apart", "say what they are about"),
    Code("path-as-text", "a path compared as text, where `*` crosses `/`", "use `in Dir`", _A),
    Code("path-pattern", "a pattern where an entity id stands: ids are exact", "use `in Dir`"),
    Code("bad-path-id", "a path or folder id that no path ever has", "write it as judged"),
    Code("bad-program-id", "a program id that no program ever has", "name the program alone"),
    Code("bad-host-id", "a host that no address ever has", "write it as judged"),
    Code("bad-url-id", "the id of a URL that no request ever has", "write it as judged"),
    Code("bad-secret-id", "the id of a secret that no secret can have", "write it as judged"),
    Code("bad-repo-id", "the id of a repository that no push ever has", "write it as judged"),
    Code("bad-upstream-id", "a server or tool id that no upstream tool has", "write it as judged"),
    Code("unknown-toolset", "a toolset that does not exist", "use one that does"),
    Code("unknown-workspace", "a workspace name no workspace can have", "respell it"),
    Code("unknown-tool", "a tool tools.toml does not have", "respell it"),
    Code("unknown-value", "a text the attribute never has", "respell it"),
    # Warnings
    Code("unhidden-path", "a permitted program can read what path rules forbid", "hide it"),
    Code("unfillable-approval", "an approval too few people could give", "add people"),
    Code("unused-approval", "an approval no rule needs", "use or remove it"),
    Code("unused-profile", "a profile nothing names", "use or remove it"),
    Code("unused-group", "a group without members that no rule names", "use or remove it"),
)
CODES: Mapping[str, Code] = MappingProxyType({entry.code: entry for entry in _ALL})
