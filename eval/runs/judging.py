"""Makes the configured judge, in each process of a run."""

from dataclasses import dataclass
from pathlib import Path

from assistant.models.limits import Prices
from assistant.models.opening import open_model
from assistant.models.recording import RecordingModel, ReplayModel
from assistant.models.seam import ChatModel
from assistant.settings.settings import Settings, load_settings
from eval.runs.judge import REPEATS, ModelJudge, prompt_digests
from index.errors import ConfigurationError, UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Recordings:
    """Folders to record model calls to, or replay them from; both None for an ordinary run."""

    record: Path | None = None
    replay: Path | None = None

    def __post_init__(self) -> None:
        """Raise UsageError if both are given, or there is nothing to replay."""
        if self.record and self.replay:
            raise UsageError("--record and --replay exclude each other", "record first, then replay")
        if self.replay and not self.replay.is_dir():
            raise UsageError(f"--replay: {self.replay} is no folder", "make it with --record")

    def model(self, settings: Settings) -> ChatModel | None:
        """Open the model of the settings, recorded or replayed; None if they name none."""
        if not settings.model.name:
            return None
        if self.replay:
            return ReplayModel(self.replay, name=settings.model.name)
        model = open_model(settings)
        return RecordingModel(model, self.record) if model and self.record else model


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfiguredJudge:
    """Makes the judge that the settings and the command line name.

    Reads the settings in the process that judges, since keys are never sent to another process.
    """

    name: str
    """Name of the judging model; its server and key are those of the settings."""
    repeats: int = REPEATS
    temperature: float = 0.0
    recordings: Recordings = Recordings()

    @property
    def description(self) -> str:
        """The judging model, its prompts and repeats, for the run's provenance."""
        refs = ", ".join(f"{name}@{digest}" for name, digest in self.prompts.items())
        return f"{self.name}, {self.repeats} repeats at temperature {self.temperature:g}, {refs}"

    @property
    def prompts(self) -> dict[str, str]:
        """Digests of its prompts by name."""
        return prompt_digests(_prompt_folder(self._settings()))

    def __call__(self) -> ModelJudge:
        """Make the judge.

        Raises:
            ConfigurationError: the settings name no server for it.
        """
        settings = self._settings()
        model = self.recordings.model(settings)
        if model is None:
            raise ConfigurationError("--judge names no model", "give its name as the server knows it")
        prices = Prices(prompt=settings.model.prompt_price, reply=settings.model.reply_price)

        def price(prompt: int, reply: int) -> float | None:
            return prices.of(prompt, reply) if prices.prompt or prices.reply else None

        return ModelJudge(
            model,
            repeats=self.repeats,
            temperature=self.temperature,
            folder=_prompt_folder(settings),
            price=price,
        )

    def _settings(self) -> Settings:
        return load_settings({"model": self.name})[0]


def _prompt_folder(settings: Settings) -> Path | None:
    return Path(settings.prompts) if settings.prompts else None
