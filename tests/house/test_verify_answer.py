"""docs/verify_answer.py verifies signed answers with the standard library alone."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.canonical import canonical
from assistant.answer.signing import SigningKey, create_key, is_signed

VECTORS = [
    # RFC 8032, section 7.1: the first three.
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
]
DATA = {"text": "Zwei Tore, 大坝. [1]", "seconds": 0.25, "confidence": 1.0, "score": 1e-7, "citations": [{"start": 3}]}


@pytest.fixture(scope="module")
def path(repository: Path) -> Path:
    return repository / "docs" / "verify_answer.py"


@pytest.fixture(scope="module")
def script(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_answer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return create_key(tmp_path_factory.mktemp("key") / "signing.pem")


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_test_vectors_of_rfc_8032_are_verified(script, public, message, signature):
    parts = [bytes.fromhex(part) for part in (public, message, signature)]

    assert script.verified(*parts)
    for place, part in enumerate(parts):
        for at in range(0, len(part), 7):
            changed = [*parts]
            changed[place] = part[:at] + bytes([part[at] ^ 1]) + part[at + 1 :]
            assert not script.verified(*changed)
    assert not script.verified(parts[0], parts[1] + b"\x00", parts[2])


def test_a_signature_whose_number_is_not_reduced_is_none(script):
    public, message, signature = (bytes.fromhex(part) for part in VECTORS[1])
    larger = (int.from_bytes(signature[32:], "little") + script.L).to_bytes(32, "little")

    assert not script.verified(public, message, signature[:32] + larger)


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200))
def test_what_the_package_signs_is_verified(script, message):
    made = Ed25519PrivateKey.generate()
    public, signature = made.public_key().public_bytes_raw(), made.sign(message)

    assert script.verified(public, message, signature)
    assert not script.verified(public, message + b".", signature)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53) + 1, 2**53 - 1),
        st.floats(-(2.0**53) + 1, 2.0**53 - 1),
        st.text(),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=15,
)


@given(values)
def test_its_canonical_json_is_the_assistants(script, data):
    assert script.canonical(data).encode() == canonical(data)


def test_an_answer_is_told_from_an_altered_one_as_the_assistant_tells_it(script, key):
    signed = key.signed(DATA)
    text = json.dumps(signed, indent=2)

    assert script.problem(key.public, text) is None
    assert script.problem(key.public, json.dumps(signed, sort_keys=True, ensure_ascii=False)) is None
    for name in DATA:
        altered = {key_: value for key_, value in signed.items() if key_ != name}
        assert script.problem(key.public, json.dumps(altered)) == "it was altered: the signature does not fit"
        assert not is_signed(altered)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "3",
        "[" * 100_000,
        '{"signature": 3}',
        '{"signature": {}}',
        '{"signature": null, "a": NaN}',
        '{"a": 1, "a": 2, "signature": {}}',
        '{"a": "\\ud800", "signature": {"algorithm": "ed25519", "public_key": "KEY", "value": "0"}}',
        '{"a": 1e400, "signature": {"algorithm": "ed25519", "public_key": "KEY", "value": "VALUE"}}',
        '{"a": 9007199254740993, "signature": {"algorithm": "ed25519", "public_key": "KEY", "value": "VALUE"}}',
    ],
)
def test_what_is_no_signed_answer_is_told(script, key, text):
    assert script.problem(key.public, text.replace("KEY", key.public).replace("VALUE", "0" * 128))


def test_it_runs_by_itself_without_a_package(path, key, tmp_path):
    saved = tmp_path / "answer.json"
    saved.write_text(json.dumps(key.signed(DATA)), encoding="utf-8")

    def run(*arguments: object) -> tuple[int, str]:
        # Isolated, without the packages of the environment.
        command = [sys.executable, "-I", "-S", path, *arguments]
        done = subprocess.run(list(map(str, command)), capture_output=True, encoding="utf-8", timeout=60, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    assert run(key.public, saved) == (0, f"signed: {saved} is what the owner of {key.public} gave\n")
    assert run("0" * 64, saved)[0] == 1
    saved.write_text(saved.read_text(encoding="utf-8").replace("Zwei", "Drei"), encoding="utf-8")
    assert run(key.public, saved) == (1, "NOT signed: it was altered: the signature does not fit\n")
    assert run(key.public, tmp_path / "absent.json")[0] == 2
    assert run()[0] == 2
