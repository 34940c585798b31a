"""The reader network: the default encoder's layers with three heads, saved without the shared word embeddings."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from index.encoding.minilm.build import minilm_source

WORDS = "embeddings.word_embeddings.weight"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Sizes of a network, with the names of BERT's configuration."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    layer_norm_eps: float = 1e-12

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the shape from the `config.json` of an encoder's folder."""
        found = json.loads((folder / "config.json").read_text("utf-8"))
        return cls(**{one.name: found[one.name] for one in fields(cls) if one.name in found})


class _Embeddings(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.word_embeddings.weight.requires_grad_(False)
        self.position_embeddings = nn.Embedding(shape.max_position_embeddings, shape.hidden_size)
        self.token_type_embeddings = nn.Embedding(2, shape.hidden_size)
        self.LayerNorm = nn.LayerNorm(shape.hidden_size, eps=shape.layer_norm_eps)

    def forward(self, pieces: Tensor, segments: Tensor) -> Tensor:
        positions = torch.arange(pieces.shape[1], device=pieces.device)
        found = (
            self.word_embeddings(pieces) + self.position_embeddings(positions) + self.token_type_embeddings(segments)
        )
        normed: Tensor = self.LayerNorm(found)
        return normed


class _SelfAttention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.num_attention_heads
        self.query = nn.Linear(shape.hidden_size, shape.hidden_size)
        self.key = nn.Linear(shape.hidden_size, shape.hidden_size)
        self.value = nn.Linear(shape.hidden_size, shape.hidden_size)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        count, length, width = states.shape
        query, key, value = (
            part(states).view(count, length, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return attended.transpose(1, 2).reshape(count, length, width)


class Output(nn.Module):
    """A linear map from `width` to `hidden`, with residual and layer norm."""

    def __init__(self, hidden: int, width: int, *, eps: float) -> None:
        super().__init__()
        self.dense = nn.Linear(width, hidden)
        self.LayerNorm = nn.LayerNorm(hidden, eps=eps)

    def forward(self, states: Tensor, added: Tensor) -> Tensor:
        """Compute the normed sum of `states`, (…, width), mapped, and `added`, (…, hidden)."""
        normed: Tensor = self.LayerNorm(self.dense(states) + added)
        return normed


class _Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.self = _SelfAttention(shape)
        self.output = Output(shape.hidden_size, shape.hidden_size, eps=shape.layer_norm_eps)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        attended: Tensor = self.output(self.self(states, mask), states)
        return attended


class _Intermediate(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.dense = nn.Linear(shape.hidden_size, shape.intermediate_size)

    def forward(self, states: Tensor) -> Tensor:
        return functional.gelu(self.dense(states))


class _Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = _Attention(shape)
        self.intermediate = _Intermediate(shape)
        self.output = Output(shape.hidden_size, shape.intermediate_size, eps=shape.layer_norm_eps)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        attended = self.attention(states, mask)
        found: Tensor = self.output(self.intermediate(attended), attended)
        return found


class _Encoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(shape) for _ in range(shape.num_hidden_layers))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layer:
            states = layer(states, mask)
        return states


class Reader(nn.Module):
    """Reads windows of a question and text; modules are named as in BertModel, plus the heads."""

    shared_weights = frozenset({WORDS})
    """Weights that are not saved, since the encoder has them."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embeddings = _Embeddings(shape)
        self.encoder = _Encoder(shape)
        self.span = nn.Linear(shape.hidden_size, 2)
        self.sent = nn.Linear(shape.hidden_size, 1)
        self.cls = nn.Linear(shape.hidden_size, 1)

    def forward(self, pieces: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the logits of windows.

        Args:
            pieces: Ids of word pieces, integers of shape (windows, length).
            segments: 0 for the question and 1 from the head on, of the same shape.
            mask: False for padding, booleans of the same shape.

        Returns:
            Start and end of the short answer (windows, length, 2); for each piece, that its block answers (windows,
            length), of which a block's logit is the mean over its pieces; and that the window answers (windows,).
        """
        states = self.encoder(self.embeddings(pieces, segments), mask[:, None, None, :])
        return self.span(states), self.sent(states).squeeze(-1), self.cls(states[:, 0]).squeeze(-1)

    def freeze(self, layers: int) -> None:
        """Freeze the embeddings and the lowest `layers` layers."""
        if layers:
            self.embeddings.requires_grad_(False)
            for layer in self.encoder.layer[:layers]:
                layer.requires_grad_(False)


def load_reader(weights: Path | None, *, encoder: Path | None = None) -> Reader:
    """Load the encoder's word embeddings with `weights`; with None, the encoder's weights and new heads."""
    folder = encoder or minilm_source()
    reader = Reader(Shape.read(folder))
    from_encoder = load_file(folder / "model.safetensors")
    own = reader.state_dict()
    # The pooler and the position ids of a BertModel are not used.
    found = {name: tensor for name, tensor in from_encoder.items() if name in own}
    if weights is not None:
        found.update(load_file(weights))
    missing = (
        own.keys()
        - found.keys()
        - {f"{head}.{part}" for head in ("span", "sent", "cls") for part in ("weight", "bias")}
    )
    if missing or (weights is not None and found.keys() != own.keys()):
        raise ValueError(f"{weights or folder} lacks {sorted(own.keys() - found.keys())[:3]}")
    reader.load_state_dict({name: tensor.float() for name, tensor in found.items()}, strict=weights is not None)
    return reader


def save_weights(network: nn.Module, path: Path, *, without: Collection[str], metadata: Mapping[str, str]) -> None:
    """Write the weights, except those in `without`, in 16 bits, atomically."""
    kept = {
        name: tensor.detach().to("cpu", torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
        if name not in without
    }
    unfinished = path.with_name(path.name + ".part")
    save_file(kept, unfinished, metadata=dict(metadata))
    unfinished.replace(path)
