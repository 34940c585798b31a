"""Rooms import each other in one direction only, and a test cannot reach the network."""

import ast
import json
import re
import socket
import subprocess
import sys
import tomllib
from collections import Counter

import pytest

OURS = {"assistant", "index", "prompts", "eval"}

MOST_MODULES = 20
"""A folder with more modules than these is no longer a room that one can hold in the head."""

CHECK_CONTRACTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

IMPORT_ALL = """
import importlib, json, sys, warnings
warnings.simplefilter("error")
failed = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except Exception as error:
        failed[name] = f"{type(error).__name__}: {error}"
print(json.dumps(failed))
"""

LIGHT = """
import sys
import index.storage.changes, index.search.embedded, index.storage.store, index.storage.verify, index.encoding.encoders
heavy = {"torch", "transformers", "sentence_transformers", "llama_index", "onnxruntime", "pandas", "scipy"}
print(sorted(heavy & set(sys.modules)))
"""


def sources(repository, package):
    return sorted((repository / package).rglob("*.py"))


def module_name(repository, path):
    return ".".join(path.relative_to(repository).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path):
    """The full names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def layers(repository):
    contracts = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [name.strip() for line in contracts[0]["layers"] for name in re.split("[|:]", line)]


def test_each_room_imports_only_from_the_rooms_below_it(repository):
    # The contracts in pyproject.toml, as `make lint` checks them; no circle inside a room either.
    process = subprocess.run(
        [sys.executable, "-c", CHECK_CONTRACTS, "--no-cache", "--no-logo"],
        cwd=repository,
        capture_output=True,
        text=True,
    )

    assert process.returncode == 0, process.stdout


def test_every_module_lies_in_a_layer(repository):
    names = [module_name(repository, path) for package in sorted(OURS) for path in sources(repository, package)]
    outside = {
        name for name in names if not any(name == layer or name.startswith(f"{layer}.") for layer in layers(repository))
    }

    assert outside == {"assistant", "assistant.__main__", "assistant.service", "index", "eval"}


def test_no_folder_holds_more_modules_than_one_can_hold_in_the_head(repository):
    folders = Counter(
        path.parent.relative_to(repository).as_posix()
        for package in [*sorted(OURS), "tests"]
        for path in sources(repository, package)
        if path.name != "__init__.py"
    )

    assert {folder: count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_prompts_import_only_the_standard_library(repository):
    tops = {name.split(".")[0] for path in sources(repository, "prompts") for _, name in imports_of(path)}

    assert tops - {"prompts"} <= sys.stdlib_module_names


def test_nobody_imports_a_package_bare_or_relatively(repository):
    # `import eval` hides a builtin, and `index` is the name of half the variables.
    wrong = [
        f"{path.relative_to(repository)}:{node.lineno}"
        for package in [*sorted(OURS), "tests"]
        for path in sources(repository, package)
        for node, name in imports_of(path)
        if name.startswith(".") or (isinstance(node, ast.Import) and name in {"eval", "index"})
    ]

    assert wrong == []


def test_every_module_can_be_imported_without_a_warning(repository):
    names = [
        module_name(repository, path)
        for package in sorted(OURS)
        for path in sources(repository, package)
        # The peers' programs are run in environments of their own.
        if path.name != "__main__.py" and path.parent.name != "programs"
    ]
    process = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, json.dumps(names)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(process.stdout) == {}


def test_searching_imports_nothing_heavy(repository):
    process = subprocess.run([sys.executable, "-c", LIGHT], cwd=repository, capture_output=True, text=True, check=True)

    assert process.stdout.strip() == "[]"


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_a_test_cannot_reach_beyond_this_machine(host):
    with pytest.raises(PermissionError, match=r"a test tried to reach .*; tests stay on this machine"):
        socket.create_connection((host, 80), timeout=0.1)


def test_a_test_can_reach_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
