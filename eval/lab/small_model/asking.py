"""Ask questions of an assistant whose answers a small model writes, and record each of its sentences."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from assistant.chain.opening import model_of, opener
from assistant.chain.write import Piece
from assistant.settings.locations import encoder_of
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from eval.files import silent
from index.errors import UserError, reason_of
from index.search.embedded import embedded_opener

WINDOW = 4096
"""Tokens of the model's window."""
PASSAGES = 3
"""Passages that the model is shown: half the product's default, since such a model uses few, and reads slowly."""
REPLY_TOKENS = 200
"""The five short sentences that it is asked for take 150; a small model may repeat itself without end."""
PATIENCE = 600.0
"""Seconds that a reply may take: a busy machine is no failure of the model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenSentence:
    """A sentence of the model, and what became of it."""

    text: str
    fate: str
    """As in an answer's `writing.sentences`."""
    support: str | None
    """"quoted", "paraphrased" or "joined"; None if it was dropped."""
    score: float
    reason: str | None
    evidence: str | None
    """The sentences of its receipt; None if it was dropped."""
    wrong: str | None = None
    """Told by whoever read it: empty if the evidence bears it out, else what kind of fault it has; None if unread."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What became of one question."""

    question: str
    status: str
    degraded_reason: str | None
    """Why the articles were quoted in the model's place; None if they were not."""
    asked: bool
    """Whether the model was asked; a question that nothing in the articles is near is refused without it."""
    sentences: tuple[WrittenSentence, ...]
    seconds: float


def settings_for(address: str) -> Settings:
    """The product's settings, with the model of a server."""
    model = ModelSettings(
        name="small",
        base_url=address,
        context_tokens=WINDOW,
        reply_tokens=REPLY_TOKENS,
        first_token_seconds=PATIENCE,
        total_seconds=PATIENCE,
    )
    return Settings(passages=PASSAGES, model=model)


def replies(index: Path, questions: Iterable[str], address: str) -> Iterator[Reply]:
    """Yield what becomes of each question, asked of an index with the model of a server."""
    settings = settings_for(address)
    engines = embedded_opener(index, lambda snapshot: encoder_of(snapshot, silent), note=silent)
    assistant = opener(engines, settings, note=silent, model=model_of(settings))()
    try:
        for question in questions:
            pieces: list[Piece] = []
            started = perf_counter()
            answer = assistant.trace(question, on_piece=pieces.append).answer
            evidence = iter([piece.citation.quote for piece in pieces])
            writing = answer.writing
            yield Reply(
                question=question,
                status=answer.status.value,
                degraded_reason=writing.degraded_reason if writing else None,
                asked=writing is not None,
                sentences=tuple(
                    WrittenSentence(
                        text=one.text,
                        fate=one.fate,
                        support=one.support,
                        score=one.score,
                        reason=one.reason,
                        evidence=next(evidence) if one.support else None,
                    )
                    for one in (writing.sentences if writing else ())
                ),
                seconds=round(perf_counter() - started, 1),
            )
    finally:
        assistant.close()


def drawn(questions: Sequence[str], *, most: int, seed: int) -> list[str]:
    """Draw questions, each at most once; those of a larger draw begin with those of a smaller."""
    distinct = list(dict.fromkeys(questions))
    return random.Random(seed).sample(distinct, k=len(distinct))[:most]


def append(path: Path, reply: Reply) -> None:
    """Write one reply as a line, at once: a run of hours may be stopped at any time, and goes on where it ended."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(reply), ensure_ascii=False) + "\n")


def recorded(path: Path) -> list[Reply]:
    """Read the replies of a run; none if it has not begun.

    Raises:
        UserError: the file holds something else.
    """
    if not path.exists():
        return []
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return [
            Reply(**row | {"sentences": tuple(WrittenSentence(**sentence) for sentence in row["sentences"])})
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} holds no replies ({type(error).__name__}: {reason_of(error)})",
            "name a file that `ask` wrote, or a new one",
        ) from error
