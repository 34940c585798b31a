"""The OpenAPI document against the running service: schemathesis finds nothing."""

import importlib.util
import subprocess
import sys

import pytest
from serving import serving, town_in

EXAMPLES = 10
"""Of requests, right and wrong ones, for each operation, beside one for each rule of the document."""


@pytest.mark.skipif(importlib.util.find_spec("schemathesis") is None, reason="needs schemathesis")
def test_schemathesis_finds_nothing(tmp_path):
    town_in(tmp_path)
    # That the last message of the user has a word, and that an answer agrees with itself, is beyond JSON Schema.
    (tmp_path / "schemathesis.toml").write_text(
        "".join(
            f'[[operations]]\ninclude-name = "{name}"\nchecks.positive_data_acceptance.expected-statuses = '
            f'["2xx", "{status}", "401", "403", "404", "409", "429", "5xx"]\n'
            for name, status in (("POST /v1/chat/completions", 400), ("POST /api/verify", 422))
        )
    )
    with serving(tmp_path, "--allow-upload", "--queue", 1_000) as server:
        command = ["run", f"{server.url}/openapi.json", "--continue-on-failure"]
        options = ["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", 1]
        run = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", *command, *map(str, options)],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            timeout=300,
            check=False,
        )

    assert run.returncode == 0, run.stdout[-6_000:] + run.stderr
    assert "Traceback" not in server.log.read_text()
