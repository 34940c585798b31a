"""The reader network: the default encoder's layers with three heads, saved without the shared word embeddings."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self, TypeVar

import torch
from safetensors import safe_open
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


class Network(nn.Module):
    """The default encoder's layers, named as in BertModel, over two segments; its heads are the subclasses'."""

    shared_weights = frozenset({WORDS})
    """Weights that are not saved, since the encoder has them."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embeddings = _Embeddings(shape)
        self.encoder = _Encoder(shape)

    def states(self, pieces: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """Compute the last states (windows, length, hidden); see `Reader.forward` for the arguments."""
        found: Tensor = self.encoder(self.embeddings(pieces, segments), mask[:, None, None, :])
        return found

    def freeze(self, layers: int) -> None:
        """Freeze the embeddings and the lowest `layers` layers."""
        if layers:
            self.embeddings.requires_grad_(False)
            for layer in self.encoder.layer[:layers]:
                layer.requires_grad_(False)


class Reader(Network):
    """Reads windows of a question and text."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
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
        states = self.states(pieces, segments, mask)
        return self.span(states), self.sent(states).squeeze(-1), self.cls(states[:, 0]).squeeze(-1)


class Entailment(Network):
    """Judges whether an evidence bears out a claim."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.verdict = nn.Linear(shape.hidden_size, 3)

    def forward(self, pieces: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """Compute the logits (pairs, 3) of supported, contradicted and not said, for claim : evidence.

        The arguments are those of `Reader.forward`, with the claim in the place of the question.
        """
        return (self.verdict(self.states(pieces, segments, mask)[:, 0]),)


def load_reader(weights: Path | None, *, encoder: Path | None = None) -> Reader:
    """Load the encoder's word embeddings with `weights`; with None, the encoder's weights and new heads."""
    return _loaded(Reader, weights, encoder, new_heads=weights is None)


def load_entailment(weights: Path | None, *, encoder: Path | None = None) -> Entailment:
    """Load the network from its own weights, or with a new head from a reader's or, with None, the encoder's."""
    return _loaded(Entailment, weights, encoder, new_heads=weights is None or not _has(weights, "verdict.weight"))


def _has(weights: Path, name: str) -> bool:
    with safe_open(weights, framework="pt") as found:
        return name in found.keys()  # noqa: SIM118  # it is no mapping


_N = TypeVar("_N", bound=Network)


def _loaded(kind: type[_N], weights: Path | None, encoder: Path | None, *, new_heads: bool) -> _N:
    folder = encoder or minilm_source()
    network = kind(Shape.read(folder))
    own = network.state_dict()
    found = load_file(folder / "model.safetensors") | (load_file(weights) if weights else {})
    # The pooler and the position ids of a BertModel, and another network's heads, are not used.
    found = {name: tensor for name, tensor in found.items() if name in own}
    missing = [
        name
        for name in sorted(own.keys() - found.keys())
        if not new_heads or name.startswith(("embeddings.", "encoder."))
    ]
    if missing:
        raise ValueError(f"{weights or folder} lacks {', '.join(missing[:3])}")
    network.load_state_dict({name: tensor.float() for name, tensor in found.items()}, strict=not new_heads)
    return network


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
