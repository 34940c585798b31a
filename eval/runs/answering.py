"""Makes the configured writer of answers, in each process of a run."""

from dataclasses import dataclass

from assistant.chain.with_model import PROMPTS, WithModel, with_model
from assistant.settings.prompts import prompt_of
from assistant.settings.settings import Settings, load_settings
from eval.runs.epochs import ReseededModel
from eval.runs.judging import Recordings
from index.errors import ConfigurationError

NO_RECORDINGS = Recordings()
DECIDING = ("context_tokens", "reply_tokens", "temperature", "seed")
"""Settings of a model that its answers depend on, so not limits of time and money."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfiguredWriter:
    """Makes the writer that the settings and the command line name.

    Reads the settings in the process that asks, since keys are never sent to another process.
    """

    name: str
    """Name of the answering model; its server and key are those of the settings."""
    recordings: Recordings = NO_RECORDINGS

    @property
    def prompts(self) -> dict[str, str]:
        """Digests of its prompts by name."""
        settings = self._settings()
        return {name: prompt_of(name, settings).digest for name in PROMPTS}

    @property
    def settings(self) -> dict[str, str | int | float | bool]:
        """Settings that its answers depend on, for the run's provenance."""
        model = self._settings().model
        return {f"model.{name}": getattr(model, name) for name in DECIDING}

    def __call__(self) -> WithModel:
        """Make the model's part of the chain.

        Raises:
            ConfigurationError: no model is named.
        """
        settings = self._settings()
        model = self.recordings.model(settings)
        if model is None:
            raise ConfigurationError("--model names no model", "give its name as the server knows it, or --no-model")
        return with_model(ReseededModel(model), settings)

    def _settings(self) -> Settings:
        return load_settings({"model": self.name})[0]
