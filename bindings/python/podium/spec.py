r"""Azure ML YAML: checked, explained, translated.

    >>> import podium
    >>> podium.validate("type: pipeline\\njobs: {}\\nfoo: 1\\n")[0]["message"]
    'unknown field `foo`'

The same findings as ``podium validate --output json``, the same requests as ``podium compile``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from podium import _core
from podium.display import table_html

__all__ = ["Finding", "Findings", "Fix", "Place", "compile", "explain", "json_schema", "kinds", "validate"]


class Place(TypedDict):
    """A place in a file; both count from 1, columns in characters."""

    line: int
    column: int


class Fix(TypedDict):
    """What to write instead of the bytes from ``begin`` to ``end`` of the file."""

    begin: int
    end: int
    replacement: str
    applicability: str


class Finding(TypedDict, total=False):
    """One thing that was found; ``path`` is dotted, as azure-ai-ml writes it."""

    code: str
    severity: str
    message: str
    file: str
    start: Place
    end: Place
    path: str
    help: str
    fix: Fix
    related: list[dict[str, Any]]
    official: str


class Findings(list[Finding]):
    """What was found, in the order of files and lines."""

    @property
    def errors(self) -> list[Finding]:
        """Those that make the file invalid."""
        return [one for one in self if one["severity"] == "error"]

    @property
    def ok(self) -> bool:
        """Whether there are no errors; warnings are allowed."""
        return not self.errors

    def _repr_html_(self) -> str:
        rows = [
            (f"{one['file']}:{one['start']['line']}", one["severity"], one["code"], one["message"], one["help"]) for one in self
        ]
        return table_html(("where", "severity", "code", "what", "what to do"), rows, f"{len(self)} findings")


def _pairs(overrides: Mapping[str, object] | None) -> list[tuple[str, str]]:
    return [(path, value if isinstance(value, str) else json.dumps(value)) for path, value in (overrides or {}).items()]


def _is_text(source: str | os.PathLike[str]) -> bool:
    return isinstance(source, str) and "\n" in source


def validate(
    path_or_text: str | os.PathLike[str],
    kind: str = "",
    *,
    set: Mapping[str, object] | None = None,
    name: str = "",
    endpoint_name: str = "",
    placeholders: bool = False,
    compat: bool = False,
    folder: str | os.PathLike[str] = ".",
    threads: int = 0,
) -> Findings:
    """Checks a file, every file below a folder, or a text.

    path_or_text
        A path, or YAML itself: a string that holds a line end is taken for a text.
    kind
        For example ``"pipelineJob"``; found from the document when empty (see :func:`kinds`).
    set
        Dotted paths and what to put there before checking.
    name, endpoint_name
        What the command line that uses the file will give; a missing one is then a warning.
    placeholders
        Whether errors about ``{{x}}``, ``<x>``, ``$(x)``, ``${x}``, ``__x__`` are only warnings.
    compat
        Whether to keep what azure-ai-ml says, as ``official``.
    folder
        Of a text: where its relative paths start.
    threads
        Files checked at once; 0 is one per core.

    Raises :class:`podium.InvalidArgumentError` for an unknown kind, :class:`podium.NotFoundError` for a missing file.
    """
    if _is_text(path_or_text):
        found = _core.validate_text(
            str(path_or_text), "<text>", Path(folder), kind, _pairs(set), name, endpoint_name, placeholders
        )
    else:
        paths = [Path(path_or_text)]
        found = _core.validate_paths(paths, kind, _pairs(set), name, endpoint_name, placeholders, threads)
    findings = Findings(json.loads(found)["diagnostics"])
    if not compat:
        for one in findings:
            one.pop("official", None)
    return findings


def compile(
    path: str | os.PathLike[str],
    kind: str = "",
    *,
    set: Mapping[str, object] | None = None,
    name: str = "",
    endpoint_name: str = "",
    subscription: str = "00000000-0000-0000-0000-000000000000",
    resource_group: str = "rg",
    workspace: str = "ws",
    location: str = "eastus",
) -> list[dict[str, Any]]:
    """The REST requests that create what a file describes.

    Each is ``{"method", "path", "api_version", "body"}``; what the entity needs first comes first, the entity last.
    Raises :class:`podium.InvalidArgumentError` with the first error when the file has any.
    """
    place = _core.CompilePlace(subscription, resource_group, workspace, location)
    result: list[dict[str, Any]] = json.loads(_core.compile_file(Path(path), kind, _pairs(set), name, endpoint_name, place))
    return result


def kinds() -> list[str]:
    """The kinds of documents that are known in full."""
    return _core.kinds()


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind.  Raises :class:`podium.NotFoundError` for an unknown one."""
    result: dict[str, Any] = json.loads(_core.json_schema(kind))
    return result


def explain(code: str) -> str:
    """The page of a diagnostic, in Markdown.  Raises :class:`podium.NotFoundError` when there is no such code."""
    return _core.explain(code)
