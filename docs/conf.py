"""Sphinx configuration. The build is offline: no intersphinx, no CDN, no fonts from elsewhere."""

from __future__ import annotations

from typing import ClassVar

from pygments import token
from pygments.lexer import RegexLexer, words
from sphinx.application import Sphinx

import holdfast

project = "Holdfast"
author = "the Holdfast maintainers"
project_copyright = "2026, the Holdfast maintainers"
release = version = holdfast.__version__
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Holdfast"
html_copy_source = False
html_show_sourcelink = False
nitpicky = True
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3

_KEYWORDS = ("permit", "forbid", "when", "unless", "if", "then", "else", "in", "is", "has", "like")
_VARIABLES = ("principal", "action", "resource", "context")


class CedarLexer(RegexLexer):
    """Colours for Cedar, which Pygments does not know. It decides nothing but looks."""

    name = "Cedar"
    aliases: ClassVar = ["cedar"]
    tokens: ClassVar = {
        "root": [
            (r"//[^\n]*", token.Comment.Single),
            (r'"(?:[^"\\\n]|\\.)*"', token.String),
            (r"@[A-Za-z_]\w*", token.Name.Decorator),
            (words(_KEYWORDS, prefix=r"\b", suffix=r"\b"), token.Keyword),
            (words(_VARIABLES, prefix=r"\b", suffix=r"\b"), token.Name.Builtin),
            (words(("true", "false"), prefix=r"\b", suffix=r"\b"), token.Keyword.Constant),
            (r"[A-Za-z_]\w*(?=::)", token.Name.Class),
            (r"[A-Za-z_]\w*", token.Name),
            (r"-?\d+", token.Number),
            (r"[^\w\s]", token.Punctuation),
            (r"\s+", token.Whitespace),
        ]
    }


def setup(app: Sphinx) -> None:
    """Register the lexer."""
    app.add_lexer("cedar", CedarLexer)
