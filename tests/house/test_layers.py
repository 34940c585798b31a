"""The four packages import each other in one direction only, and a test cannot reach the network."""

import ast
import json
import socket
import subprocess
import sys

import pytest

OURS = {"assistant", "index", "prompts", "eval"}

ALLOWED = {
    "prompts": {"prompts"},
    "index": {"index"},
    "assistant": {"assistant", "index", "prompts"},
    "eval": OURS,
}
"""Which of our packages each may import."""

COMPOSITION_ROOT = "assistant/cli"
"""The command line puts everything together, so it may import everything."""

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
import index.storage.changes, index.search.search, index.storage.store, index.storage.verify, index.encoding.encoders
heavy = {"torch", "transformers", "sentence_transformers", "llama_index", "onnxruntime", "pandas", "scipy"}
print(sorted(heavy & set(sys.modules)))
"""


def sources(repository, package):
    return sorted((repository / package).rglob("*.py"))


def imports_of(path):
    """The full names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


@pytest.mark.parametrize("package", sorted(OURS))
def test_packages_import_in_one_direction_only(repository, package):
    wrong = []
    for path in sources(repository, package):
        relative = path.relative_to(repository).as_posix()
        allowed = OURS if relative.startswith(COMPOSITION_ROOT) else ALLOWED[package]
        tops = {name.split(".")[0] for _, name in imports_of(path)}
        wrong += [f"{relative} imports {top}" for top in sorted(tops & OURS - allowed)]

    assert wrong == []


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
        ".".join(path.relative_to(repository).with_suffix("").parts).removesuffix(".__init__")
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
