"""Examines any system that answers questions: an OpenAI-compatible server, or a Python function."""

import json
import platform
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import assistant as program
from assistant.answer.answer import Answer, Citation, IndexReference, ModelUse, Reason, Status
from assistant.chain.assistant import Trace
from assistant.models.seam import Message
from assistant.question.followups import Turn
from eval.cases.anchors import occurrences
from eval.files import import_named
from eval.measures.spans import Span
from eval.runs.asking import Examiner
from eval.runs.chain import Chain, OpenJudge
from eval.runs.epochs import current_epoch
from eval.runs.replies import Reply, Source, read_completion, read_value
from eval.runs.results import Provenance
from eval.runs.scorers import NamedScorer
from index.errors import AssistantError, UsageError, reason_of
from index.storage.store import Snapshot, open_index
from index.text.article import IndexedArticle
from index.text.loading import article_slug
from index.text.sentences import split_sentences

SECONDS = 120.0
"""Limit on one reply of a server."""

Ask = Callable[[Sequence[Message]], Reply]


class SystemFailed(AssistantError):
    """A system under evaluation gave no reply."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedSystem:
    """A system as the command line names it; picklable."""

    name: str
    """The address of a server, or `module:function`."""
    model: str = ""
    """Name of the model that a server is asked for; empty for the first that it lists."""
    key: str = ""
    """Key of a server."""

    def __post_init__(self) -> None:
        """Raise UsageError if the name is of neither form."""
        if not self.is_server and self.name.count(":") != 1:
            raise UsageError(
                f"--system is {self.name!r}", "give an address, as http://127.0.0.1:8000/v1, or module:function"
            )

    @property
    def is_server(self) -> bool:
        """Whether it is asked over HTTP."""
        return self.name.startswith(("http://", "https://"))

    def open(self) -> Ask:
        """Make the function that asks it."""
        return _Server(self) if self.is_server else _function(self.name)


class _Server:
    """Asks an OpenAI-compatible server."""

    def __init__(self, system: NamedSystem) -> None:
        self._address = system.name.rstrip("/")
        self._key = system.key
        self._model = system.model or self._first_model()

    def __call__(self, messages: Sequence[Message]) -> Reply:
        body: dict[str, object] = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
        }
        if current_epoch():
            body["seed"] = current_epoch()
        return read_completion(self._sent("/chat/completions", body))

    def _first_model(self) -> str:
        data = self._sent("/models", None)
        listed = data.get("data") if isinstance(data, Mapping) else None
        if not isinstance(listed, list) or not listed or not isinstance(listed[0], Mapping):
            raise SystemFailed(f"{self._address}/models lists no model", "name one with --system-model")
        return str(listed[0].get("id", ""))

    def _sent(self, path: str, body: Mapping[str, object] | None) -> object:
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {self._key}"} if self._key else {}),
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            told = " ".join(error.read(400).decode("utf-8", "replace").split())
            raise SystemFailed(f"{self._address}{path} replied {error.code}: {told}", "look at the server") from None
        except (OSError, ValueError) as error:
            raise SystemFailed(
                f"{self._address}{path} gave no reply ({reason_of(error)})", "start the server"
            ) from error


def _function(name: str) -> Ask:
    """Import the function `module:function`, which takes a question, or a question and the messages before it.

    Raises:
        UsageError: there is none.
    """
    found = import_named(name, "--system")
    takes_history = found.__code__.co_argcount > 1 if hasattr(found, "__code__") else False

    def ask(messages: Sequence[Message]) -> Reply:
        *before, last = messages
        earlier = [{"role": message.role, "content": message.content} for message in before]
        return read_value(found(last.content, earlier) if takes_history else found(last.content))

    return ask


class SystemAssistant:
    """Stands for an assistant: asks a system, and finds its sources in the articles of an index."""

    def __init__(self, ask: Ask, snapshot: Snapshot) -> None:
        self._ask = ask
        self._snapshot = snapshot

    @property
    def engine(self) -> "SystemAssistant":
        """The texts of the articles."""
        return self

    @cached_property
    def articles(self) -> Mapping[str, IndexedArticle]:
        """The articles by id."""
        return {row.article_id: row for row in self._snapshot.articles.values()}

    def text(self, article_id: str) -> str:
        """The text of an article."""
        return self._snapshot.text(self.articles[article_id].number)

    def ask(self, question: str, *, previous: Sequence[Turn] = (), written: bool = True) -> Answer:
        """Ask a question; `written` is an assistant's, and makes no difference here."""
        return self.trace(question, previous=previous).answer

    def trace(self, question: str, *, previous: Sequence[Turn] = (), depth: int = 0) -> Trace:
        """Ask a question after its conversation; `depth` is an assistant's, and makes no difference here."""
        messages: list[Message] = []
        for turn in previous:
            messages += [Message(role="user", content=turn.question), Message(role="assistant", content=turn.answer)]
        reply = self._ask([*messages, Message(role="user", content=question)])
        return Trace(answer=self._answer(question, reply), parts=(), ranked=())

    def _answer(self, question: str, reply: Reply) -> Answer:
        refused = reply.refused
        state = self._snapshot
        return Answer(
            question=question,
            status=Status.REFUSED if refused else Status.ANSWERED,
            reason=Reason.INSUFFICIENT if refused else None,
            text=reply.text,
            citations=() if refused else tuple(self._citations(reply)),
            passages=(),
            confidence=0.0 if refused else 1.0,
            searched=question,
            reader="system",
            index=IndexReference(fingerprint=state.fingerprint, generation=0, articles=len(state.articles), chunks=0),
            usage=ModelUse(calls=1, prompt_tokens=reply.prompt_tokens, completion_tokens=reply.completion_tokens),
        )

    def _citations(self, reply: Reply) -> Iterator[Citation]:
        spans = [(source, span) for source in reply.sources for span in self._spans(source, reply.text)]
        for number, (source, span) in enumerate(dict.fromkeys(spans), 1):
            article = self.articles[span.article_id]
            citation = Citation.of(article, span.start, span.end, self.text(span.article_id), number=number)
            if span.start == span.end:  # Words that the article does not have: a receipt that does not hold.
                citation = replace(citation, quote=source.quote or "")
            yield citation

    def _spans(self, source: Source, text: str) -> list[Span]:
        """Where a source stands: its words; else the sentences of the reply that its article has; else all of it."""
        article = self._article(source)
        if article is None:
            return []
        whole = self.text(article)
        if source.quote is not None:
            found = occurrences(source.quote, whole)[:1] or [(0, 0)]
        else:
            said = [text[one.start : one.end].strip() for one in split_sentences(text)]
            found = [place for one in said for place in occurrences(one.rstrip(" ."), whole)[:1] if one]
            found = found or [(0, len(whole))]
        return [Span(article_id=article, start=start, end=end) for start, end in found]

    def _article(self, source: Source) -> str | None:
        """The article that a source names; or that has its words, if no name is known."""
        for name in source.names:
            found = self._known.get(name) or self._known.get(article_slug(name))
            if found:
                return found
        if source.quote is None:
            return None
        return next((id_ for id_ in self.articles if occurrences(source.quote, self.text(id_))), None)

    @cached_property
    def _known(self) -> dict[str, str]:
        known: dict[str, str] = {}
        for id_, row in self.articles.items():
            for name in (id_, row.title, row.url, Path(row.source).name, article_slug(id_)):
                if name:
                    known.setdefault(name, id_)
        return known


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemChain:
    """Opens a system over the articles of an index."""

    root: Path
    system: NamedSystem
    note: Callable[[str], None]
    """Takes messages; a function of a module, so that it can be pickled."""
    judge: OpenJudge | None = None
    scorers: tuple[NamedScorer, ...] = ()
    """A person's own."""

    @contextmanager
    def _opened(self) -> Iterator[Chain]:
        snapshot = open_index(self.root, note=self.note)
        try:
            assistant = SystemAssistant(self.system.open(), snapshot)
            examiner = Examiner(
                assistant, judge=self.judge() if self.judge else None, retrieves=False, scorers=self.scorers
            )
            yield Chain(examiner=examiner, provenance=self._provenance(snapshot))
        finally:
            snapshot.close()

    def __call__(self) -> AbstractContextManager[Chain]:
        """Open the system, until the context ends."""
        return self._opened()

    def _provenance(self, snapshot: Snapshot) -> Provenance:
        name = self.system.name + (f" {self.system.model}" if self.system.model else "")
        return Provenance(
            assistant=program.__version__,
            index={"fingerprint": snapshot.fingerprint, "articles": len(snapshot.articles)},
            encoder="none",
            reader=f"system {name}",
            model=name,
            judge=self.judge.description if self.judge else None,
            prompts=self.judge.prompts if self.judge else {},
            settings={},
            packages={"python": platform.python_version()},
        )
