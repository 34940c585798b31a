"""A checker of one's own: a tiny cross-encoder with three labels, made here from random weights."""

import json

import pytest
from cross_encoders import save_cross_encoder

from assistant.chain.with_model import with_model
from assistant.checking.cross_encoder import CrossEncoderScorer
from assistant.models.scripted.model import ScriptedModel
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from index.errors import EncoderUnavailable

LABELS = {0: "contradiction", 1: "entailment", 2: "neutral"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = save_cross_encoder(tmp_path_factory.mktemp("nli"), labels=3)
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "id2label": LABELS}))
    return folder


def test_it_gives_the_probability_of_its_label_entailment(folder):
    scorer = CrossEncoderScorer(str(folder), hub=False)
    found = scorer.scores("The mill is old.", ["The mill was built in 1700.", "It rained."])
    assert len(found) == 2
    assert all(0 < score < 1 for score in found)
    assert scorer.scores("The mill is old.", []) == []


def test_a_model_without_that_label_is_refused(tmp_path):
    folder = save_cross_encoder(tmp_path / "other", labels=3)
    with pytest.raises(EncoderUnavailable, match=r"no label “entailment” .its labels: LABEL_0, LABEL_1, LABEL_2"):
        CrossEncoderScorer(str(folder), hub=False)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(EncoderUnavailable, match="holds no cross-encoder"):
        CrossEncoderScorer(str(tmp_path), hub=False)


def test_the_setting_reaches_the_writer(folder):
    settings = Settings(model=ModelSettings(name="any", checker=str(folder)))
    writer = with_model(ScriptedModel(lambda call: "", name="any"), settings).writer
    assert isinstance(writer.scorer, CrossEncoderScorer)
    assert with_model(ScriptedModel(lambda call: "", name="any"), Settings()).writer.scorer is None
