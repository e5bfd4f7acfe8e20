"""The errors musicengine raises, one family.

::

    MusicEngineError
    ├── InputError (ValueError)          a value or an argument breaks its contract
    │   ├── AudioError                   samples or a rate that cannot be audio
    │   ├── BriefError                   a brief or prompt that asks for the impossible
    │   └── LyricsError                  a lyric above the documented limits
    ├── FileError                        a file that cannot be read or written
    │   └── FormatError                  a file in a format this installation cannot read
    ├── CodecError (ValueError)          bytes or JSON that no value of this library wrote
    ├── StoreError                       a store that is unreachable, foreign or corrupt
    ├── WorkerError                      a worker process of a batch died
    └── BackendError                     a backend that cannot do what was asked
        ├── UnknownBackendError          no backend has that name
        ├── MissingExtraError (ImportError)   its optional dependency is not installed
        ├── MissingKeyError              its key was not given
        ├── JobError                     a generation job that failed, expired or is unknown
        │   └── UncertainError           an order that may or may not have arrived; it is never repeated blindly
        ├── CreditsError                 the budget or the account does not cover the job
        └── ModerationError              the backend refuses the text

    TruncatedFileWarning (UserWarning)   a damaged file was read as far as it goes

Every message repeats the offending value and says what was expected. No message ever holds a secret.
"""

from __future__ import annotations

import re

__all__ = [
    "AudioError",
    "BackendError",
    "BriefError",
    "CodecError",
    "CreditsError",
    "FileError",
    "FormatError",
    "InputError",
    "JobError",
    "LyricsError",
    "MissingExtraError",
    "MissingKeyError",
    "ModerationError",
    "MusicEngineError",
    "StoreError",
    "TruncatedFileWarning",
    "UncertainError",
    "UnknownBackendError",
    "WorkerError",
]

_SECRETS = re.compile(
    r"(?P<named>(?:key|token|secret|password|passwd|authorization|auth|signature|sig|credential)s?['\"]?\s*[=:]\s*['\"]?)"
    r"(?:(?:Bearer|Basic)\s+)?[^\s'\"&,;)}\]]+"
    r"|(?P<scheme>(?:Bearer|Basic)\s+)[^\s'\"]+"
    r"|(?P<user>://)[^\s/@]+@"
    r"|(?<![\w-])(?=[A-Za-z_-]*\d)[\w-]{20,}",
    re.IGNORECASE,
)


def describe_error(error: BaseException) -> str:
    """An error in words that may be shown, logged and kept, e.g. "TimeoutError: no answer in 30 s".

    Exceptions of foreign clients often repeat the request that failed, and its key with it. What looks like a secret is
    replaced by "***": what follows the name of one, credentials in an address, and letters with digits, 20 or more.
    """
    text = str(error) if isinstance(error, MusicEngineError) else _SECRETS.sub(_masked, str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _masked(found: re.Match[str]) -> str:
    kept = found["named"] or found["scheme"] or found["user"] or ""
    return f"{kept}***{'@' if found['user'] else ''}"


class MusicEngineError(Exception):
    """The root of the family: ``except MusicEngineError`` catches all of it."""


class InputError(MusicEngineError, ValueError):
    """A value or an argument breaks its contract."""


class AudioError(InputError):
    """Samples or a sample rate that cannot be audio."""


class BriefError(InputError):
    """A brief or prompt that asks for the impossible."""


class LyricsError(InputError):
    """A lyric that is above the documented limits."""


class FileError(MusicEngineError):
    """A file that cannot be read or written."""


class FormatError(FileError):
    """A file in a format that this installation cannot read."""


class TruncatedFileWarning(UserWarning):
    """A file is shorter than it promises, a broken download for instance; what is there was read."""


class CodecError(MusicEngineError, ValueError):
    """Bytes or JSON that no value of this library wrote."""


class StoreError(MusicEngineError):
    """A store that is unreachable, foreign or corrupt."""


class WorkerError(MusicEngineError):
    """A worker process of a batch died, and its item with it."""


class BackendError(MusicEngineError):
    """A backend cannot do what was asked."""


class UnknownBackendError(BackendError):
    """No backend has that name; the message lists those that exist."""


class MissingExtraError(BackendError, ImportError):
    """An optional dependency is not installed; the message holds the pip line that installs it."""


class MissingKeyError(BackendError):
    """A backend's key was not given; the message names the variable and the argument."""


class JobError(BackendError):
    """A generation job failed, expired or is unknown."""


class UncertainError(JobError):
    """An order may or may not have arrived, and may have been charged; it was not repeated."""


class CreditsError(BackendError):
    """The budget or the account does not cover the job; nothing was spent."""


class ModerationError(BackendError):
    """The backend refuses the text."""
