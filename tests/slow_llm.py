"""An LLM of LlamaIndex that knows nothing of event loops, and takes its time."""

import threading
import time
from collections.abc import Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponseGen
from llama_index.core.llms.mock import MockLLM

asking: list[int] = []
"""At each call: how many threads with the name of its own there were."""


class SlowLLM(MockLLM):
    """Repeats what it is asked, after a while."""

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        name = threading.current_thread().name
        asking.append(sum(thread.name == name for thread in threading.enumerate()))
        time.sleep(0.02)
        return super().stream_chat(messages, **kwargs)
