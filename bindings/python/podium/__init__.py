"""Decides which model deserves to be champion, and puts it there safely.

    >>> import podium
    >>> with podium.Workspace.local(".podium") as ws:          # doctest: +SKIP
    ...     job = ws.jobs.submit("pipelines/flights/pipeline.yml").wait()

Everything that can fail raises :class:`podium.Error` or one of its subclasses, with the facts as attributes
(``code``, ``message``, ``context``, ``status``, ``request_id``).
"""

from podium import features, gate, spec, stats
from podium._core import (
    CancelledError,
    ConflictError,
    DeadlineExceededError,
    Error,
    ExhaustedError,
    FailedError,
    InternalError,
    InvalidArgumentError,
    Job,
    LockedError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ThrottledError,
    UnauthenticatedError,
    UnavailableError,
    __version__,
)
from podium.promotion import LiveRequest, Promotion, promote
from podium.spec import validate
from podium.workspace import Workspace

__all__ = [
    "CancelledError",
    "ConflictError",
    "DeadlineExceededError",
    "Error",
    "ExhaustedError",
    "FailedError",
    "InternalError",
    "InvalidArgumentError",
    "Job",
    "LiveRequest",
    "LockedError",
    "NotFoundError",
    "PermissionDeniedError",
    "Promotion",
    "ProtocolError",
    "ThrottledError",
    "UnauthenticatedError",
    "UnavailableError",
    "Workspace",
    "__version__",
    "features",
    "gate",
    "promote",
    "spec",
    "stats",
    "validate",
]
