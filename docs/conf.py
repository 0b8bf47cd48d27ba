"""How Sphinx builds these pages as a site; `make docs` runs it."""

project = "prescriber-bots"
copyright = "the authors of prescriber-bots"  # noqa: A001 - Sphinx's name
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 4  # links to headings as GitHub has them
html_theme = "furo"
html_title = "prescriber-bots"
html_copy_source = False
