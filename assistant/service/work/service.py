"""State of a serving process, and what a question does in it: begin, answer, store."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.answer.answer import Answer
from assistant.answer.signing import SigningKey
from assistant.chain.assistant import checked_question
from assistant.question.followups import Turn as Earlier
from assistant.service.errors import ServiceError, no_collection, not_found, service_error
from assistant.service.options import Options
from assistant.service.seam import Answerer, Asked, Finished, Piece
from assistant.service.store.conversations import Conversations
from assistant.service.store.keys import Keys
from assistant.service.store.records import Channel, Produced, new_id
from assistant.service.store.tags import Tags
from assistant.service.telemetry.meters import Meters
from assistant.service.work.collection import Collection
from assistant.service.work.drawing import Drawing
from assistant.service.work.pool import AssistantPool
from assistant.settings.settings import Settings
from index.counts import shortened
from index.errors import AssistantError
from index.search.engine import Filters

if TYPE_CHECKING:
    from assistant.service.telemetry.traces import Traces


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A question, and where its answer will be stored."""

    asked: Asked
    conversation_id: str
    message_id: str
    owner: str
    new: Channel | None
    """For a new conversation, where it is held."""
    started: float
    """By `time.perf_counter`."""
    signing: SigningKey | None
    """Signs the answer as it leaves."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Service:
    """State of a serving process, for the routes."""

    options: Options
    settings: Settings
    collections: Mapping[str, Collection]
    """By name, in display order; the first is the default."""
    pool: AssistantPool
    answerer: Answerer
    drawing: Drawing
    conversations: Conversations
    tags: Tags
    keys: Keys
    signing: SigningKey | None
    """Signs answers; None where there can be no key."""
    meters: Meters
    traces: "Traces | None"
    stopped: asyncio.Event
    """Set to end all waiting requests."""
    note: Callable[[str], None]

    def collection(self, name: str | None) -> Collection:
        """The collection of that name; the first for an empty name.

        Raises:
            ServiceError: there is none such.
        """
        found = self.collections.get(name) if name else next(iter(self.collections.values()))
        if found is None:
            raise no_collection(name or "", self.collections)
        return found

    async def begin(
        self,
        question: str,
        filters: Filters,
        owner: str,
        *,
        channel: Channel,
        conversation_id: str | None,
        collection: str | None,
        previous: tuple[Earlier, ...] = (),
    ) -> Turn:
        """Begin a turn of an existing conversation, or of a new one.

        Args:
            question: as typed.
            filters: which articles may be used.
            owner: the id of the request's key; "" without keys.
            channel: of a new conversation.
            conversation_id: of an existing conversation, to whose turns a follow-up refers; None for a new one.
            collection: its name; None for that of the conversation, or else the first.
            previous: for a new conversation, the turns that the client sent along, oldest first.

        Raises:
            ServiceError: the question is empty, there is no such conversation or collection, or the conversation is
                about another one.
        """
        started = time.perf_counter()
        try:
            checked_question(question)
        except AssistantError as error:
            raise service_error(error) from error
        chosen = self.collection(collection).name
        if conversation_id is not None:
            try:
                about, previous = await asyncio.to_thread(self.conversations.going_on, conversation_id, owner)
            except KeyError:
                raise not_found("conversation", conversation_id) from None
            chosen = self._continued(about, collection)
        return Turn(
            asked=Asked(collection=chosen, question=question, filters=filters, previous=previous),
            conversation_id=conversation_id or new_id(),
            message_id=new_id(),
            owner=owner,
            new=channel if conversation_id is None else None,
            started=started,
            signing=self.signing,
        )

    def _continued(self, about: str, named: str | None) -> str:
        """The collection of an existing conversation; its turns mean nothing to another collection."""
        if named and named != about:
            raise ServiceError(
                409,
                "other_collection",
                f"the conversation is about the collection {shortened(about, 100)!r}, not {shortened(named, 100)!r}",
                f"leave `conversation_id` out to begin a new one, or ask {shortened(about, 100)!r}",
                param="collection",
            )
        if about not in self.collections:
            raise ServiceError(
                409,
                "collection_not_served",
                f"the conversation is about the collection {shortened(about, 100)!r}, which is not served now",
                "begin a new conversation; or whoever runs the server serves that collection again",
                param="conversation_id",
            )
        return about

    async def pieces(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        """The answer's pieces; the whole answer is stored before it is yielded."""
        try:
            steps = self._kept(turn)
            if self.traces is not None:
                steps = self.traces.answering(
                    steps,
                    turn.asked.question,
                    collection=turn.asked.collection,
                    conversation_id=turn.conversation_id,
                )
            async with aclosing(steps):
                async for piece in steps:
                    yield piece
        except ServiceError as error:
            if error.body.error.code == "busy":
                self.meters.busy.inc()
            raise
        finally:
            self.meters.waiting_questions.set(self.pool.waiting)

    async def _kept(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        async with aclosing(self.answerer.answer(turn.asked)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finished):
                    await self._keep(turn, piece.answer)
                yield piece

    async def answer(self, turn: Turn) -> Answer:
        """The whole answer."""
        found: Answer | None = None
        async for piece in self.pieces(turn):
            if isinstance(piece, Finished):
                found = piece.answer
        assert found is not None
        return found

    async def _keep(self, turn: Turn, answer: Answer) -> None:
        settings = self.settings
        produced = Produced(
            previous=turn.asked.previous[-1].question if turn.asked.previous else None,
            filters=filters_json(turn.asked.filters),
            settings={
                "passages": settings.passages,
                "sentences": settings.sentences,
                "threshold": settings.threshold,
                "reranker": settings.reranker,
            },
            version=__version__,
        )

        def keep() -> None:
            self.conversations.keep(
                answer,
                produced,
                conversation_id=turn.conversation_id,
                message_id=turn.message_id,
                owner=turn.owner,
                new=turn.new,
                collection=turn.asked.collection,
            )

        try:
            await asyncio.to_thread(keep)
        except KeyError:
            raise not_found("conversation", turn.conversation_id) from None
        seconds = time.perf_counter() - turn.started
        self.meters.answered(answer.status, seconds, collection=turn.asked.collection)


def filters_json(filters: Filters) -> Mapping[str, object]:
    """Filters as stored, without those that are not set."""
    return {name: str(v) if name.startswith("published") else list(v) for name, v in asdict(filters).items() if v}
