"""The public Python interface: what is exported, and that the documented session runs as printed."""

import doctest
import re
import subprocess
import sys

import pytest
from commands import environment

import assistant

LIGHT = """
import sys
before = set(sys.modules)
import assistant
print(sorted(name for name in set(sys.modules) - before if name.split(".")[0] in {"index", "numpy", "assistant"}))
"""


def test_every_exported_name_is_there_and_nothing_else_is_listed():
    lazy = {name for names in assistant._MODULES.values() for name in names.split()}

    assert assistant.__all__ == sorted(lazy | {"__version__"})
    assert {name for name in assistant.__all__ if getattr(assistant, name, None) is None} == set()
    assert set(assistant.__all__) <= set(dir(assistant))


def test_every_exported_name_stands_in_the_documentation(repository):
    text = (repository / "docs" / "python-api.md").read_text(encoding="utf-8")

    assert [name for name in assistant.__all__ if not re.search(rf"\b{name}\b", text)] == ["__version__"]


def test_a_name_that_is_not_exported_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'assistant' has no attribute 'ask'"):
        assistant.ask  # noqa: B018


def test_importing_the_package_loads_nothing_of_it():
    process = subprocess.run(
        [sys.executable, "-c", LIGHT], env=environment(), capture_output=True, text=True, check=True
    )

    assert process.stdout.strip() == "['assistant']"


def test_the_documented_session_runs_as_printed(repository, default_data, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSISTANT_DATA", str(default_data))
    monkeypatch.chdir(tmp_path)
    text = (repository / "docs" / "python-api.md").read_text(encoding="utf-8")
    session = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(session, {}, "docs/python-api.md", None, 0)
    printed = []

    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=printed.append)

    assert result.attempted > 10
    assert result.failed == 0, "".join(printed)


@pytest.mark.parametrize("package", ["assistant", "index", "prompts", "eval"])
def test_the_packages_are_typed(repository, package):
    assert (repository / package / "py.typed").read_bytes() == b""
