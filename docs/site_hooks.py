"""Adds the root's papers and the notebook to the site, and leads the links between papers to its pages."""

import json
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
ADDED = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "LICENSE": "LICENSE",
    "docs/notebooks/llamaindex.ipynb": "notebooks/llamaindex.md",
    "eval/gate.toml": "gate.toml",
}
"""Files that are no pages as they are, and where they stand in the site."""

SOURCES = {page: name for name, page in ADDED.items()}
LINK = re.compile(r"(\]\()(?!https?:|#|mailto:)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files of `ADDED`."""
    for name, page in ADDED.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_page_of(text) if name.endswith(".ipynb") else text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead each link, written for the repository, to where its target stands in the site."""
    here = page.file.src_uri
    folder = posixpath.dirname(SOURCES.get(here, f"docs/{here}"))

    def led(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, match[2]))
        target = ADDED.get(target, target.removeprefix("docs/"))
        return match[1] + posixpath.relpath(target, posixpath.dirname(here) or ".")

    return LINK.sub(led, markdown)


def _page_of(notebook: str) -> str:
    """The cells of a notebook as Markdown, each with what it printed."""
    parts = []
    for cell in json.loads(notebook)["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        parts += (f"```text\n{''.join(output['text'])}```" for output in cell.get("outputs", []))
    return "\n\n".join(parts)
