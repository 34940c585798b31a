"""Signatures over canonical JSON, and the file of the key."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.canonical import canonical
from assistant.answer.signing import SigningKey, create_key, is_signed, load_key, public_key_of
from index.errors import ConfigurationError, UsageError

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return create_key(tmp_path / "data" / "signing.pem")


# Canonical JSON


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.0, "-1"),
        (0.5, "0.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-9, "1.5e-9"),
        (5e-324, "5e-324"),
        (9007199254740991, "9007199254740991"),
        (-7, "-7"),
        (10**15, "1000000000000000"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(number: float, text: str) -> None:
    assert canonical(number) == text.encode()


def test_the_example_of_rfc_8785_is_written_as_it_says_but_for_numbers_that_no_answer_has() -> None:
    # RFC 8785, section 3.2.2 and 3.2.3.
    data = {
        "numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical(data).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(keys, 0)))) == order


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
def test_canonical_json_says_the_same_whatever_wrote_the_json(data: object) -> None:
    text = canonical(data)

    assert json.loads(text) == data
    assert canonical(json.loads(json.dumps(data, indent=3, ensure_ascii=True))) == text
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 2**53, -(2**60), 1e21])
def test_a_number_that_not_every_program_reads_is_refused(number: float) -> None:
    with pytest.raises(UsageError, match="cannot be signed"):
        canonical({"a": [number]})


# Signatures


def test_what_is_signed_is_recognised_and_nothing_else_is(key: SigningKey) -> None:
    data = key.signed({"text": "Two gates. [1]", "seconds": 0.5, "citations": [{"start": 3}]})

    assert is_signed(data)
    assert is_signed(json.loads(json.dumps(data, indent=2, sort_keys=True)))
    assert key.signed(data) == data
    for changed in (
        data | {"text": "Three gates. [1]"},
        data | {"seconds": 0.6},
        data | {"citations": [{"start": 4}]},
        data | {"more": None},
        {name: value for name, value in data.items() if name != "seconds"},
    ):
        assert not is_signed(changed)


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "ed448"},
        {"public_key": "0" * 64},
        {"public_key": "f" * 64},
        {"public_key": ""},
        {"public_key": None},
        {"value": "0" * 128},
        {"value": "ab"},
        {"value": 3},
        {"more": 1},
    ],
)
def test_a_signature_of_another_form_or_key_is_none(key: SigningKey, change: dict[str, object]) -> None:
    data = key.signed({"text": "Two gates. [1]"})

    assert not is_signed({**data, "signature": {**data["signature"], **change}})
    assert not is_signed({**data, "signature": {**data["signature"], "value": data["signature"]["value"].upper()}})
    assert not is_signed({"text": "Two gates. [1]"})


# Files of keys


def test_a_key_is_kept_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "data" / "signing.pem"
    key = create_key(path)
    held = path.read_bytes()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).public == key.public
    with pytest.raises(UsageError, match="there is a signing key already"):
        create_key(path)
    assert path.read_bytes() == held
    assert [one.name for one in path.parent.iterdir()] == ["signing.pem"]


def test_no_file_is_no_key(tmp_path: Path) -> None:
    assert load_key(tmp_path / "absent" / "signing.pem") is None


@pytest.mark.parametrize(
    "held", [b"", b"secret", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_that_holds_no_key_is_told(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "signing.pem"
    path.write_bytes(held)

    with pytest.raises(ConfigurationError, match="holds no Ed25519 key"):
        load_key(path)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(ConfigurationError, match="cannot be written") as caught:
        create_key(tmp_path / "data" / "signing.pem")
    assert "ASSISTANT_DATA" in str(caught.value)


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_folder_without_rights_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(ConfigurationError, match="cannot be written"):
        create_key(tmp_path / "signing.pem")


def test_a_public_key_is_given_as_digits_or_as_a_file(key: SigningKey, tmp_path: Path) -> None:
    digits, reply = tmp_path / "key.txt", tmp_path / "key.json"
    digits.write_text(f"{key.public}\n")
    reply.write_text(json.dumps({"algorithm": "ed25519", "public_key": key.public}))

    assert {public_key_of(text) for text in (key.public, key.public.upper(), str(digits), str(reply))} == {key.public}


@pytest.mark.parametrize("held", [b"", b"abc", b"{", b"[]", b'{"public_key": 3}', b"\xff" * 64, b"0" * 100_000])
def test_what_is_no_public_key_is_told(tmp_path: Path, held: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(held)

    for text in (str(file), str(tmp_path / "absent"), str(tmp_path), "\x00", "0" * 63):
        with pytest.raises(UsageError, match="public key"):
            public_key_of(text)
