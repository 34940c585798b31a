"""Every error that a person can cause or cure, in one small tree.

    AssistantError                 something stopped the work; exit code 1
      UserError                    a mistake in what was asked or given; shown as one line
        UsageError                 the command line or the question is unusable; exit code 2
        ConfigurationError         settings, or the machine, do not allow it; exit code 3
          IndexUnavailable         no index, or one that this program cannot read
            IndexOutdated          an index of an older format, which can be made new
          DiskFull                 no room for what was to be written
          EncoderUnavailable       the encoder that an index names is not here
          ExtraMissing             packages of an optional extra are not installed
        ArticleUnreadable          one file cannot become an article
      IndexBusy                    another process is changing the index
      IndexDamaged                 the index contradicts itself
      ReceiptBroken                an answer was about to leave with a quote that does not hold
      ModelFailed                  a language model gave no usable reply; in assistant.models.seam, with how it failed

A message says what was wrong, with the value; a remedy says what to do.
"""

import copyreg
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", *, cutoff: float = 0.6) -> str:
    """`did you mean 'x'?` with the name in `known` that is most like `word`; `otherwise` if none is like it."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}?" if near else otherwise


class AssistantError(Exception):
    """Something stopped the work; printed as one line for a person, "message; remedy"."""

    exit_code = 1

    def __init__(self, message: str, remedy: str | None = None) -> None:
        """Make an error, which can be pickled.

        Args:
            message: what was wrong, with the value; no full stop.
            remedy: what to do, an imperative; None where nothing can be done.
        """
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # A subclass may have a constructor of its own, which unpickling must not call.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


def reason_of(error: BaseException) -> str:
    """Why something could not be read or written, as a person reads it: without the error's number, path or codec."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnicodeDecodeError):
        return f"no UTF-8 text, byte {error.start}"
    if isinstance(cause := getattr(error, "reason", None), OSError):  # Of urllib.
        return reason_of(cause)
    return str(error)


class UserError(AssistantError):
    """A mistake in what was asked or given."""


class UsageError(UserError):
    """The command line or the question is unusable."""

    exit_code = 2


class ConfigurationError(UserError):
    """Settings, or the machine, do not allow what was asked."""

    exit_code = 3


class IndexUnavailable(ConfigurationError):
    """There is no index, or none that this program can read."""


class IndexOutdated(IndexUnavailable):
    """The index has an older format; upgrading makes it new."""


class DiskFull(ConfigurationError):
    """The disk, a quota or a limit has no room for what was to be written; what was there before is unharmed."""


class EncoderUnavailable(ConfigurationError):
    """The encoder that an index names cannot be had here."""


class ExtraMissing(ConfigurationError, ImportError):
    """Packages of an optional extra are not installed."""


@contextmanager
def needing_extra(extra: str, what: str) -> Iterator[None]:
    """Turn a package that is missing inside the block into one line that names the extra.

    Args:
        extra: as pyproject.toml names it.
        what: needs it; the beginning of a sentence.

    Raises:
        ExtraMissing: a module was not found.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            f"{what} needs the package {str(error.name).split('.')[0]}, which is not installed",
            f"run `{install_command(f'article-receipts[{extra}]')}`",
        ) from error


def install_command(requirement: str, *, dependencies: bool = True) -> str:
    """The command that installs a package into this environment: of pipx, of `uv tool`, or any other."""
    prefix = Path(sys.prefix)
    # What these two leave in the environments that they make; `pip install` would install elsewhere.
    if (prefix / "pipx_metadata.json").is_file():
        command = f"pipx runpip {shlex.quote(prefix.name)} install"
    elif (prefix / "uv-receipt.toml").is_file():
        command = f"uv pip install --python {shlex.quote(str(prefix))}"
    else:
        command = "pip install"
    return f"{command}{'' if dependencies else ' --no-deps'} {shlex.quote(requirement)}"


class ArticleUnreadable(UserError):
    """One file cannot become an article."""


class IndexBusy(AssistantError):
    """Another process is changing the index."""


class IndexDamaged(AssistantError):
    """The index contradicts itself and could not be repaired from its catalog."""


class ReceiptBroken(AssistantError):
    """An answer was about to leave with a quote that does not stand in its article."""
