"""Settings of a language model: the table `[model]` in `assistant.toml`, and variables ASSISTANT_MODEL_…."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from index.errors import ConfigurationError

OPENAI_URL = "https://api.openai.com/v1"
"""Default address, if only a model's name and a key are set."""

Argument = str | int | float | bool


class Secret:
    """An API key that never appears in a repr, a log or a pickle; `reveal` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "set" if self._text else ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[type["Secret"], tuple[()]]:
        """Pickle as an empty key."""
        return Secret, ()


NO_KEY = Secret()


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSettings:
    """Settings of a model; a field's variable is ASSISTANT_MODEL_<FIELD>, that of `name` ASSISTANT_MODEL."""

    name: str = ""
    """Name of the model at its server; empty for no model, and the other fields are ignored."""
    base_url: str = OPENAI_URL
    """Address of an OpenAI-compatible server, with its "/v1"; OPENAI_BASE_URL unless set here."""
    key: Secret = NO_KEY
    """What the server wants for a key. OPENAI_API_KEY unless it is set here, which goes nowhere but to
    OPENAI_BASE_URL or else to OpenAI."""
    llm: str = ""
    """Another LlamaIndex LLM, as "package.module.Class"; empty for OpenAILike."""
    arguments: tuple[tuple[str, Argument], ...] = field(default=(), repr=False)
    """The table `[model.arguments]`: for that class, where it may hold a key of its own; without one, members
    that each request has besides, such as `reasoning_effort`."""
    stream: bool = True
    """Whether replies are streamed; `first_token_seconds` applies only then."""
    context_tokens: int = 8192
    """The model's window: prompt and reply together."""
    checker: str = ""
    """Folder or hub name of a sentence-transformers CrossEncoder for natural language inference that judges its
    sentences; empty for the network that ships."""
    tokenizer: str = ""
    """Its `tokenizer.json`, or the folder that has it, to count tokens exactly; empty for an estimate."""
    reply_tokens: int = 700
    """Limit on the tokens of a reply."""
    reply_chars: int = 20_000
    """Limit on the characters of a reply; a longer one is a failure."""
    temperature: float = 0.0
    """0 for the likeliest reply."""
    seed: int = 0
    """Seed for servers that support one; negative for none."""
    connect_seconds: float = 5.0
    first_token_seconds: float = 30.0
    """From the request to the first piece of the reply."""
    total_seconds: float = 90.0
    """From the first request to the last piece, attempts that failed and waits between them included."""
    retries: int = 2
    """Attempts after the first, for transient failures."""
    retry_seconds: float = 0.5
    """Wait before the first retry, doubled for each further one; more if the server asks for it."""
    retry_after_seconds: float = 20.0
    """Longest Retry-After that is honoured; a longer one ends the attempts."""
    failures: int = 3
    """Circuit breaker: calls that fail in a row before it opens; 0 for never."""
    pause_seconds: float = 60.0
    """Seconds the circuit breaker stays open."""
    budget_tokens: int = 0
    """Tokens, prompts and replies together, that one process may use; 0 for no limit."""
    budget_money: float = 0.0
    """Money that one process may spend, by the prices below; 0 for no limit."""
    prompt_price: float = 0.0
    """Money for a million tokens of prompts, in whichever currency."""
    reply_price: float = 0.0
    """Money for a million tokens of replies, in the same."""


NO_MODEL = ModelSettings()

MODEL_BOUNDS: dict[str, tuple[float, float]] = {
    "context_tokens": (512, 10_000_000),
    "reply_tokens": (16, 100_000),
    "reply_chars": (100, 10_000_000),
    "temperature": (0, 2),
    "seed": (-1, 2**31 - 1),
    "connect_seconds": (0.05, 600),
    "first_token_seconds": (0.05, 3600),
    "total_seconds": (0.05, 3600),
    "retries": (0, 10),
    "retry_seconds": (0, 60),
    "retry_after_seconds": (0, 3600),
    "failures": (0, 1000),
    "pause_seconds": (0, 86_400),
    "budget_tokens": (0, 10**12),
    "budget_money": (0, 10**9),
    "prompt_price": (0, 10**6),
    "reply_price": (0, 10**6),
}


def check_model(model: ModelSettings) -> None:
    """Check the settings of a model, if one is named.

    Raises:
        ConfigurationError: the address is none, or holds a password; a limit on money without prices;
            a window that a reply fills alone.
    """
    if not model.name:
        return
    address = urlsplit(model.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ConfigurationError(
            f"model.base_url is {model.base_url!r}", "give an address such as http://127.0.0.1:8000/v1"
        )
    if address.username or address.password or address.query:
        raise ConfigurationError(
            f"model.base_url, of {address.hostname}, holds a password or a query",
            "give the plain address, and the key as ASSISTANT_MODEL_KEY",
        )
    if model.budget_money and not (model.prompt_price or model.reply_price):
        raise ConfigurationError(
            f"model.budget_money is {model.budget_money:g} and there are no prices",
            "set model.prompt_price and model.reply_price, in money for a million tokens",
        )
    if model.reply_tokens * 2 > model.context_tokens:
        raise ConfigurationError(
            f"model.reply_tokens is {model.reply_tokens} of a window of {model.context_tokens} (model.context_tokens)",
            "a reply may take half of it",
        )
