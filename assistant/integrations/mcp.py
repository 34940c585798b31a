"""The assistant as tools for agent programs, over the Model Context Protocol.

Three tools: ask, search and read an article. What they return is the JSON that the command line and
the service give too, so that an agent can quote a receipt and anyone can check it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import Field

from assistant import AssistantError, __version__
from assistant.answer.signing import SigningKey
from assistant.chain.assistant import Assistant
from index.counts import shortened
from index.errors import needing_extra
from index.search.engine import SearchEngine

with needing_extra("mcp", "the server for agent programs"):
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations

INSTRUCTIONS = (
    "Answers questions from a collection of articles, and from nothing else. Every sentence of an answer carries a "
    "receipt: the article, the characters of it, and the quote. A refusal means that no article was found to answer; "
    "its `nearest` sentences are what came closest, and no answer."
)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)

QuestionArgument = Annotated[str, Field(description="A whole question; it may name people, places and dates.")]
CountArgument = Annotated[int, Field(ge=1, le=50, description="How many passages at most.")]
ArticleArgument = Annotated[str, Field(description="An article_id, as citations and passages have it.")]


def build_server(assistant: Assistant, key: SigningKey | None = None) -> MCPServer[None]:
    """Build the server over an assistant, which one tool uses at a time; answers are signed with the key."""
    server: MCPServer[None] = MCPServer(
        "article-receipts", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    tools = _Tools(assistant, key)
    for tool in (tools.ask, tools.search, tools.read_article):
        server.add_tool(tool, annotations=READS, structured_output=True)
    return server


class _Tools:
    """The tools' work, one at a time."""

    def __init__(self, assistant: Assistant, key: SigningKey | None) -> None:
        self._assistant = assistant
        self._key = key
        self._lock = threading.Lock()

    def ask(self, question: QuestionArgument) -> dict[str, Any]:
        """Answer a question from the articles, with receipts, or say that they do not answer it."""
        with self._lock, _told():
            answer = self._assistant.ask(question).to_json()
        return answer if self._key is None else self._key.signed(answer)

    def search(self, question: QuestionArgument, k: CountArgument = 5) -> dict[str, Any]:
        """Find the passages that are nearest to a question, best first, without an answer."""
        with self._lock, _told():
            found = self._assistant.search(question, k=k)
            return {"searched": found.question, "passages": [passage.to_json() for passage in found.passages]}

    def read_article(self, article_id: ArticleArgument) -> dict[str, Any]:
        """Read the whole text of an article; receipts count its characters."""
        with self._lock, _told():
            found = self._assistant.current(lambda engine: _article(engine, article_id))
        if found is None:
            raise ToolError(f"there is no article {shortened(article_id, 100)!r}; search names the ids that there are")
        return found


@contextmanager
def _told() -> Iterator[None]:
    """Turn the assistant's errors into the tool's, in the same words."""
    try:
        yield
    except AssistantError as error:
        raise ToolError(str(error)) from error


def _article(engine: SearchEngine, article_id: str) -> dict[str, Any] | None:
    row = engine.articles.get(article_id)
    return (
        None
        if row is None
        else {
            "article_id": row.article_id,
            "title": row.title,
            "publisher": row.publisher,
            "published": row.published.isoformat() if row.published else None,
            "url": row.url,
            "sha256": row.sha256,
            "text": engine.text(row.article_id),
        }
    )
