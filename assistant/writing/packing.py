"""Passages as a model is given them: whole, best first, as many as fit its window, fenced as quoted material."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.visible import seen
from assistant.models.seam import Message
from assistant.models.tokens import TokenCount, least_tokens
from assistant.settings.model import ModelSettings
from index.search.engine import Passage
from prompts import fence

TURN_TOKENS = 32
"""Kept free for what a model's chat template puts around a prompt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """Passages within a number of tokens."""

    text: str
    """For the prompt's `$passages`: numbered from 1, each in a fence."""
    shown: tuple[Passage, ...]
    """Those in the text; the number of the first is 1."""
    left_out: tuple[Passage, ...]
    """Those that did not fit, best first."""
    tokens: int
    """Of the text."""


def pack(passages: Sequence[Passage], *, tokens: int, count: TokenCount) -> Packed:
    """As many passages, best first, as fit into `tokens`, counted by `count`.

    They are taken whole or not at all, so that no sentence is cut; a smaller one may still fit
    after a larger one did not.
    """
    shown: list[Passage] = []
    left_out: list[Passage] = []
    text, used = "", 0
    for passage in passages:
        longer = f"{text}\n\n{_quoted(passage, len(shown) + 1)}" if text else _quoted(passage, 1)
        needed = count(longer)
        if needed > tokens:
            left_out.append(passage)
        else:
            text, used = longer, needed
            shown.append(passage)
    return Packed(text=text, shown=tuple(shown), left_out=tuple(left_out), tokens=used)


def room(model: ModelSettings, rest: str, *, count: TokenCount) -> int:
    """Tokens that passages may have in a model's window beside the rest of a prompt and the reply; 0 for no room."""
    return max(0, model.context_tokens - model.reply_tokens - TURN_TOKENS - count(rest))


def cut_in_silence(messages: Sequence[Message], read: int | None, *, window: int) -> str | None:
    """Why a reply says nothing of the passages: the server cut the prompt and did not tell, as Ollama does.

    It says that it `read` so many tokens (None, or 0, where it does not say); its window is taken to be so large.
    """
    if not read or read >= sum(least_tokens(message.content) for message in messages):
        return None
    return (
        f"the server read {read} tokens of a longer prompt; start it with a window of {window} "
        "(Ollama: OLLAMA_CONTEXT_LENGTH), or set ASSISTANT_MODEL_CONTEXT_TOKENS to the one that it has"
    )


def _quoted(passage: Passage, number: int) -> str:
    """A passage in its fence, headed by what is known of its article."""
    article = passage.article
    lines = [f"Title: {_line(article.title)}"] if article.title else []
    origin = [article.publisher, article.published and article.published.isoformat()]
    if any(origin):
        lines.append(f"Published: {', '.join(_line(part) for part in origin if part)}")
    lines += ["", seen(passage.text)] if lines else [seen(passage.text)]
    return fence("\n".join(lines), f"passage {number}")


def _line(text: str) -> str:
    return " ".join(seen(text).split())
