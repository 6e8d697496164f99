"""How `make docs` builds a site of what is written in Markdown here and beside README.md. No page is written twice."""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

project = "Heard"
html_title = "Heard"
project_copyright = "MIT licence"
extensions = ["myst_parser"]
include_patterns = ["*.md", "docs/*.md", "docs/**/*.md"]
root_doc = "README"
html_theme = "furo"
highlight_language = "none"
html_show_sourcelink = False
html_copy_source = False
myst_heading_anchors = 4  # links to headings, as they are written for the repository's own pages
nitpicky = True
suppress_warnings = [
    "misc.highlighting_failure"
]  # a diagram in Mermaid stands as its text: nothing is fetched to draw it

CONTENTS = """

```{toctree}
:hidden:
:caption: The guide
:glob:
docs/guide/*
```

```{toctree}
:hidden:
:caption: Carry it on
:glob:
CONTRIBUTING
docs/developing
docs/measures
ARCHITECTURE
GLOSSARY
docs/adr/README
docs/adr/0*
CHANGELOG
```

```{toctree}
:hidden:
:caption: Trust
SECURITY
docs/security
docs/threat-model
```
"""


def add_contents(app: Any, page: str, source: list[str]) -> None:
    """The first page is README.md; what stands in the site's menu is of no use in the repository."""
    if page == root_doc:
        source[0] += CONTENTS


def setup(app: Any) -> None:
    app.connect("source-read", add_contents)
