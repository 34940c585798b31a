"""Make examples of the documents that were written for training, in windows as the assistant reads them."""

import random
from collections.abc import Iterator, Sequence

from tokenizers import Tokenizer

from assistant.reading.windows import WINDOW_PIECES, cut_places, messages
from eval.lab.reader.examples import Example, Span
from eval.lab.reader.making.neighbours import Neighbours
from eval.lab.reader.words import content_words
from eval.lab.written.documents import Document, WrittenQuestion
from index.text.blocks import structure_of
from index.text.structure import Kind


class WrittenWindows:
    """Cuts documents into windows as the assistant cuts passages, and makes an example of each that is read."""

    def __init__(self, documents: Sequence[Document], tokenizer: Tokenizer) -> None:
        """Make one; `tokenizer` is the network's, without cutting and padding."""
        self._documents = documents
        self._tokenizer = tokenizer
        self._neighbours = Neighbours([one.text for one in documents])
        self._by_text = {one.text: one for one in documents}

    def examples(self, rng: random.Random) -> Iterator[Example]:
        """Of each question: the windows that answer, the likeliest that do not, and one of another document."""
        for document in self._documents:
            windows = self._windows(document)
            for question in document.questions:
                made = [self._example(question, document, *window) for window in windows]
                yield from (one for one in made if one.answerable)
                others = sorted((one for one in made if not one.answerable), key=_shared)[::-1]
                yield from others[: 1 if not question.sentences or rng.random() < 0.5 else 0]
                near = [self._by_text[text] for text in self._neighbours.nearest(question.text, 3)]
                elsewhere = [one for one in near if one is not document][:1]
                for other in elsewhere if rng.random() < 0.25 else ():
                    bare = WrittenQuestion(text=question.text, answer=None, sentences=())
                    read = [self._example(bare, other, *window) for window in self._windows(other)]
                    yield max(read, key=_shared)

    def one_each(self) -> Iterator[Example]:
        """Of each question the first window that answers, or the likeliest of its document."""
        for document in self._documents:
            windows = self._windows(document)
            for question in document.questions:
                made = [self._example(question, document, *window) for window in windows]
                yield next((one for one in made if one.answerable), None) or max(made, key=_shared)

    def _windows(self, document: Document) -> list[tuple[int, int]]:
        """First and last sentence of each window."""
        texts = [document.text[one.start : one.end] for one, _ in document.sentences]
        sizes = [
            min(len(one.ids), WINDOW_PIECES) for one in self._tokenizer.encode_batch(texts, add_special_tokens=False)
        ]
        structure = structure_of(document.text)
        at = [structure.place(one.start) for one, _ in document.sentences]
        kinds = [Kind.PARAGRAPH if place is None else structure.blocks[place].kind for place in at]
        return list(cut_places(sizes, messages(kinds, texts)))

    def _example(self, question: WrittenQuestion, document: Document, first: int, last: int) -> Example:
        held = document.sentences[first : last + 1]
        blocks = tuple(document.text[one.start : one.end] for one, _ in held)
        spans = [(at, at + len(text)) for text in question.sentences if (at := document.text.find(text)) >= 0]
        answering = [
            number for number, (one, _) in enumerate(held) if any(a < one.end and one.start < b for a, b in spans)
        ]
        span = next((_span(number, blocks[number], question.answer) for number in answering if question.answer), None)
        return Example(
            kind="written" if question.sentences else "written missing",
            question=question.text,
            header=" | ".join(part for part in (document.title, document.date, held[0][1]) if part),
            blocks=blocks,
            answering=frozenset(answering),
            span=span,
        )


def _span(number: int, block: str, answer: str | None) -> Span | None:
    at = block.find(answer) if answer else -1
    return None if at < 0 or not answer else Span(first=number, start=at, last=number, end=at + len(answer))


def _shared(example: Example) -> int:
    return len(content_words(example.question) & content_words(" ".join(example.blocks)))
