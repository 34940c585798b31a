"""Beside modules of a user's own with the plain names of our packages, the command works or says so in one line."""

import subprocess
import sys

import pytest

COLLISIONS = ["index.py", "eval.py", "prompts.py", "index/__init__.py", "eval/__init__.py", "prompts/__init__.py"]


def run(folder, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def put(folder, name):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("raise SystemExit('a module of the user was run')\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", COLLISIONS)
def test_the_module_says_in_one_line_what_is_in_the_way(tmp_path, name):
    path = put(tmp_path, name)

    told = run(tmp_path, "-m", "assistant", "--version")

    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (3, "", 1), told.stderr
    package = name.split("/")[0].removesuffix(".py")
    assert told.stderr.startswith(f"assistant: the package '{package}' resolves to {path} instead of ")
    assert told.stderr.endswith("rename or move what is in the way, or run from another folder\n")


@pytest.mark.parametrize("name", COLLISIONS)
def test_a_program_that_imports_us_gets_an_import_error_that_says_it(tmp_path, name):
    put(tmp_path, name)

    told = run(tmp_path, "-c", "import assistant")

    assert told.returncode == 1
    assert "ImportError: the package " in told.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", COLLISIONS)
def test_the_command_does_not_look_into_the_current_folder(tmp_path, name):
    put(tmp_path, name)
    script = tmp_path / "bin" / "assistant"  # As an installer writes it: its folder, not the current one, is searched.
    script.parent.mkdir()
    script.write_text("from assistant.__main__ import main\nmain()\n", encoding="utf-8")

    assert run(tmp_path, str(script), "--version").stdout == "0.1.0\n"


def test_folders_of_data_with_these_names_are_in_nobodys_way(tmp_path):
    for name in ("index", "eval", "prompts"):
        put(tmp_path, f"{name}/notes.md")

    assert run(tmp_path, "-m", "assistant", "--version").stdout == "0.1.0\n"
