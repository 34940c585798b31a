"""Answers questions with the pool: by quotes, or by a language model, sentence by sentence.

A sentence is yielded only when its receipts hold. Nothing that was yielded is taken back, but the whole answer counts.
"""

import asyncio
from collections.abc import AsyncGenerator

from assistant.answer.answer import Answer
from assistant.chain.assistant import Assistant
from assistant.chain.write import Piece as ShownPiece
from assistant.service.seam import Asked, CheckedSentence, Finished, Piece, Started
from assistant.service.work.pool import AssistantPool

MODEL_CALLS = 4
"""At most: to rewrite a follow-up, to decompose it, to write the answer and to write it again."""


class ExtractiveAnswerer:
    """Answers with quotes of the articles."""

    name = "extractive"

    def __init__(self, pool: AssistantPool) -> None:
        self._pool = pool

    async def answer(self, asked: Asked) -> AsyncGenerator[Piece, None]:
        """The pieces of the answer, which come all at once."""
        answer = await self._pool.run(
            asked.collection,
            lambda assistant: assistant.ask(asked.question, filters=asked.filters, previous=asked.previous),
        )
        yield Started(searched=answer.searched)
        for sentence in sentences(answer):
            yield sentence
        yield Finished(answer=answer)


class WrittenAnswerer:
    """Answers with sentences of a language model, each as soon as it has passed the check."""

    def __init__(self, pool: AssistantPool, name: str, *, model_seconds: float) -> None:
        """Answer with a pool of assistants that have a model; one reply takes at most `model_seconds`."""
        self._pool = pool
        self.name = name
        self._model_seconds = MODEL_CALLS * model_seconds

    async def answer(self, asked: Asked) -> AsyncGenerator[Piece, None]:
        """The pieces of the answer; if the model fails midway, the whole answer differs from these sentences."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[ShownPiece | None] = asyncio.Queue()

        def show(piece: ShownPiece) -> None:
            loop.call_soon_threadsafe(arrived.put_nowait, piece)

        def work(assistant: Assistant) -> Answer:
            trace = assistant.trace(asked.question, filters=asked.filters, previous=asked.previous, on_piece=show)
            return trace.answer

        running = asyncio.ensure_future(self._pool.run(asked.collection, work, model_seconds=self._model_seconds))
        running.add_done_callback(lambda _: arrived.put_nowait(None))
        known: set[int] = set()
        index = 0
        try:
            while (piece := await arrived.get()) is not None:
                if index == 0:
                    yield Started(searched=asked.question)
                first = () if piece.citation.number in known else (piece.citation,)
                known.add(piece.citation.number)
                yield CheckedSentence(index=index, text=piece.text, citations=first)
                index += 1
            answer = await running
        finally:
            running.cancel()
        if index == 0:
            yield Started(searched=answer.searched)
            for sentence in sentences(answer):
                yield sentence
        yield Finished(answer=answer)


def sentences(answer: Answer) -> list[CheckedSentence]:
    """Split an answer into lines, each with the citations that it uses first."""
    found = []
    start = 0
    for index, line in enumerate(answer.text.split("\n")):
        end = start + len(line)
        # By position: a quote may itself hold what looks like a marker.
        first = tuple(c for c in answer.citations if c.answer_spans and start <= c.answer_spans[0][0] < end)
        found.append(CheckedSentence(index=index, text=line, citations=first))
        start = end + 1
    return found
