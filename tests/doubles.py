"""A clock and a model's backend under the test's control."""

from assistant.models.scripted.model import Call, ScriptedModel
from assistant.models.seam import Completion, Stream


class ScriptedBackend:
    """A scripted model as a backend; each attempt takes `takes` seconds of its clock."""

    name = "scripted"

    def __init__(self, script, *, clock=None, takes=0.0, counts=True):
        self.model = ScriptedModel(script)
        self.seconds: list[float] = []
        self._clock = clock or Clock()
        self._takes = takes
        self._counts = counts

    def attempt(self, call: Call, *, seconds: float) -> Stream:
        def pieces():
            self.seconds.append(seconds)
            self._clock.time += self._takes
            asked = self.model.stream(
                call.messages, max_tokens=call.max_tokens, temperature=call.temperature, seed=call.seed
            )
            yield from asked
            return asked.completion if self._counts else Completion(text=asked.completion.text)

        return Stream(pieces())


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self):
        self.time = 1_000.0
        self.slept: list[float] = []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds
