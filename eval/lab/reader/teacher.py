"""The teacher network: MPNet's layout with the reader's heads, on the same word pieces."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from eval.lab.reader.network import Output, Shape

SPECIAL = {101: 0, 102: 2, 0: 1}
"""BERT's ids of [CLS], [SEP] and [PAD] mapped to MPNet's; all other ids are four higher in MPNet."""
FIRST_POSITION = 2
"""First position id of MPNet, after its padding's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TeacherShape(Shape):
    """Sizes of a network, with the names of MPNet's configuration."""

    relative_attention_num_buckets: int = 32
    layer_norm_eps: float = 1e-5


class _Embeddings(nn.Module):
    def __init__(self, shape: TeacherShape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.position_embeddings = nn.Embedding(shape.max_position_embeddings, shape.hidden_size)
        self.LayerNorm = nn.LayerNorm(shape.hidden_size, eps=shape.layer_norm_eps)

    def forward(self, pieces: Tensor) -> Tensor:
        positions = torch.arange(pieces.shape[1], device=pieces.device) + FIRST_POSITION
        normed: Tensor = self.LayerNorm(self.word_embeddings(pieces) + self.position_embeddings(positions))
        return normed


class _Attention(nn.Module):
    def __init__(self, shape: TeacherShape) -> None:
        super().__init__()
        self.heads = shape.num_attention_heads
        self.attn = nn.ModuleDict({name: nn.Linear(shape.hidden_size, shape.hidden_size) for name in "qkvo"})
        self.LayerNorm = nn.LayerNorm(shape.hidden_size, eps=shape.layer_norm_eps)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        count, length, width = states.shape
        query, key, value = (
            self.attn[name](states).view(count, length, self.heads, width // self.heads).transpose(1, 2)
            for name in "qkv"
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias.to(query.dtype))
        joined = self.attn["o"](attended.transpose(1, 2).reshape(count, length, width))
        normed: Tensor = self.LayerNorm(joined + states)
        return normed


class _Layer(nn.Module):
    def __init__(self, shape: TeacherShape) -> None:
        super().__init__()
        self.attention = _Attention(shape)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(shape.hidden_size, shape.intermediate_size)})
        self.output = Output(shape.hidden_size, shape.intermediate_size, eps=shape.layer_norm_eps)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        attended = self.attention(states, bias)
        found: Tensor = self.output(functional.gelu(self.intermediate["dense"](attended)), attended)
        return found


class _Encoder(nn.Module):
    def __init__(self, shape: TeacherShape) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(shape) for _ in range(shape.num_hidden_layers))
        self.relative_attention_bias = nn.Embedding(shape.relative_attention_num_buckets, shape.num_attention_heads)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        steps = torch.arange(states.shape[1], device=states.device)
        buckets = relative_buckets(steps[None, :] - steps[:, None], self.relative_attention_bias.num_embeddings)
        bias = self.relative_attention_bias(buckets).permute(2, 0, 1)[None]
        bias = bias.masked_fill(~mask[:, None, None, :], torch.finfo(bias.dtype).min)
        for layer in self.layer:
            states = layer(states, bias)
        return states


def relative_buckets(distances: Tensor, buckets: int, *, farthest: int = 128) -> Tensor:
    """Compute relative position buckets: exact for small distances, logarithmic up to `farthest`.

    As in T5 (Raffel et al. 2020), half of the buckets for each direction.
    """
    half = buckets // 2
    exact = half // 2
    far = distances.abs()
    scale = torch.log(far.clamp(min=1).float() / exact) / math.log(farthest / exact)
    large = (exact + (scale * (half - exact)).long()).clamp(max=half - 1)
    return torch.where(distances > 0, half, 0) + torch.where(far < exact, far, large)


class Teacher(nn.Module):
    """Reads windows as `Reader` does; modules are named as in MPNetModel, plus the heads."""

    shared_weights: frozenset[str] = frozenset()

    def __init__(self, shape: TeacherShape) -> None:
        super().__init__()
        self.embeddings = _Embeddings(shape)
        self.encoder = _Encoder(shape)
        self.span = nn.Linear(shape.hidden_size, 2)
        self.sent = nn.Linear(shape.hidden_size, 1)
        self.cls = nn.Linear(shape.hidden_size, 1)

    def forward(self, pieces: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the logits of `Reader.forward` from the reader's pieces; MPNet has no segments."""
        del segments
        own = pieces + 4
        for number, special in SPECIAL.items():
            own = torch.where(pieces == number, special, own)
        states = self.encoder(self.embeddings(own), mask)
        return self.span(states), self.sent(states).squeeze(-1), self.cls(states[:, 0]).squeeze(-1)

    def freeze(self, layers: int) -> None:
        """Freeze the embeddings and the lowest `layers` layers."""
        if layers:
            self.embeddings.requires_grad_(False)
            for layer in self.encoder.layer[:layers]:
                layer.requires_grad_(False)


def load_teacher(folder: Path) -> Teacher:
    """Load an encoder of MPNet's layout, such as all-mpnet-base-v2, with new heads."""
    teacher = Teacher(TeacherShape.read(folder))
    own = teacher.state_dict()
    found = {name: tensor for name, tensor in load_file(folder / "model.safetensors").items() if name in own}
    missing = [name for name in own.keys() - found.keys() if not name.startswith(("span.", "sent.", "cls."))]
    if missing:
        raise ValueError(f"{folder} lacks {sorted(missing)[:3]}")
    teacher.load_state_dict({name: tensor.float() for name, tensor in found.items()}, strict=False)
    return teacher
