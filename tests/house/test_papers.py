"""ARCHITECTURE.md, CONTRIBUTING.md and README.md speak of the code as it is."""

import re

import pytest

import assistant

PAPERS = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"]

PATH = re.compile(r"`((?:assistant|index|prompts|eval|tests|docs|\.ci)/[\w./*-]*)`|\]\((?!https?:|#)([^)#]+)\)")
"""A path of this repository in code marks, or a link to a file."""


def rooms(repository):
    """Every folder with modules two levels deep, and those of the service."""
    packages = [folder for name in ("assistant", "index", "eval") for folder in (repository / name).iterdir()]
    service = (repository / "assistant" / "service").iterdir()
    return {
        folder.relative_to(repository).as_posix()
        for folder in [*packages, *service, repository / "prompts"]
        if (folder / "__init__.py").exists()
    }


def paths(text):
    return {(one or other).rstrip("/") for one, other in PATH.findall(text)}


def test_every_room_has_its_heading(repository):
    text = (repository / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"^### (\S+)$", text, re.MULTILINE)) == sorted(rooms(repository))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_path_that_a_paper_names_exists(repository, paper):
    named = paths((repository / paper).read_text(encoding="utf-8"))

    assert named
    assert {path for path in named if not list(repository.glob(path))} == set()


def test_every_relative_link_in_the_docs_leads_to_a_file(repository):
    missing = {
        f"{paper.relative_to(repository)}: {link}"
        for paper in (repository / "docs").rglob("*.md")
        for _, link in PATH.findall(paper.read_text(encoding="utf-8"))
        if link and not (paper.parent / link).exists()
    }

    assert missing == set()


def test_each_layer_stands_in_architecture_in_the_order_of_the_contract(repository):
    text = (repository / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^assistant\.(\w+)", text.split("## Layers")[1].split("## ")[0], re.MULTILINE)
    contract = re.findall(r'^ {4}"assistant\.(\w+)', (repository / "pyproject.toml").read_text(), re.MULTILINE)

    assert drawn == list(dict.fromkeys(contract))


def test_every_decision_stands_in_the_index_of_decisions(repository):
    folder = repository / "docs" / "decisions"
    listed = re.findall(r"^\| \[[\w.-]+\]\(([\w.-]+)\) \|", (folder / "README.md").read_text(encoding="utf-8"), re.M)

    assert sorted(listed) == sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")


@pytest.mark.parametrize("paper", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_name_of_the_code_that_a_paper_uses_is_in_the_code(repository, paper):
    text = (repository / paper).read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z]\w+)(?:\._?[a-z]\w*)?`", text)) - {"CHANGELOG"}  # A file.
    modules = [path for name in ("assistant", "index", "prompts", "eval") for path in (repository / name).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in modules)

    assert len(named) > 5
    assert {name for name in named if not re.search(rf"\b(?:class {name}\b|{name}\b.*=)", code)} == set()


def test_the_reference_has_every_public_name(repository):
    text = (repository / "docs" / "reference.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"^::: assistant\.(\w+)$", text, re.MULTILINE)) == sorted(
        set(assistant.__all__) - {"__version__"}
    )
