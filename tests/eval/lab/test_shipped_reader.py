"""The graph that ships computes what the network in torch does."""

import numpy as np
import torch
from passages import passage_of

from assistant.reading.network import MAX_ANSWER_PIECES, NETWORK, Network
from eval.lab.reader.loss import block_logits, span_logits
from eval.lab.reader.network import load_reader
from eval.lab.reader.readings import MOST_ANSWER_PIECES, best_spans

FACTS = [
    "The new bridge of Oldwater was opened on 9 March 2021 by Mayor Anna Berg.",
    "It is 320 metres long and has four lanes.",
    "Photosynthesis is another matter.",
]


def test_the_graph_agrees_with_torch() -> None:
    network = Network(threads=1)
    reader = load_reader(NETWORK / "reader.safetensors").eval()
    passages = [passage_of(FACTS, title="The bridge"), passage_of(FACTS[:1]), passage_of(FACTS * 8, context="Bridges")]
    windows = [window for passage in passages for window in network.windower.cut(passage)]
    assert MOST_ANSWER_PIECES == MAX_ANSWER_PIECES

    for question in ("Who opened the bridge?", "How long is the bridge of Oldwater?", "Why did the moon fall?"):
        batch = network.windower.batch(question, windows)
        of = torch.from_numpy(batch.sentence_of)
        with torch.inference_mode():
            span, pieces, answerable = reader(
                torch.from_numpy(batch.pieces), torch.from_numpy(batch.segments), torch.from_numpy(batch.mask).bool()
            )
            logits, _ = block_logits(pieces, of, max(len(window.pieces) for window in windows))
            start, end, score = best_spans(span_logits(span, of), of)
        readings = network.read(question, windows)

        np.testing.assert_allclose([reading.answerable for reading in readings], answerable.numpy(), atol=1e-3)
        for row, reading in enumerate(readings):
            count = len(reading.sentences)
            np.testing.assert_allclose(reading.sentences, logits[row, :count].numpy(), atol=1e-3)
            if of[row, start[row]] != of[row, end[row]]:
                continue  # The readings keep to one sentence.
            best = max(range(count), key=lambda n: reading.spans[n].score)
            np.testing.assert_allclose(reading.spans[best].score - reading.nothing, float(score[row]), atol=1e-3)
            own = reading.window.offsets[best]
            inside = np.flatnonzero(batch.sentence_of[row] == best)
            assert reading.spans[best].start == own[int(start[row]) - inside[0]][0]
            assert reading.spans[best].end == own[int(end[row]) - inside[0]][1]
