"""Sphinx configuration. The build is offline: no intersphinx, no CDN, no fonts from elsewhere."""

from __future__ import annotations

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
suppress_warnings: list[str] = []
