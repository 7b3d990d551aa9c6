"""A workspace, in Azure or in a folder: the same verbs for both."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from podium import _core

if TYPE_CHECKING:
    from typing import Self


class Workspace:
    """One Azure Machine Learning workspace.

    Open it with :meth:`local` (a folder, no daemon) or :meth:`remote` (Azure, or ``podium serve``), and close it, or use
    ``with``: a local workspace is held by one process at a time.
    """

    def __init__(self, core: _core.Workspace) -> None:
        self._core = core

    @classmethod
    def local(cls, path: str | os.PathLike[str], *, python: str | None = None, max_parallel_steps: int = 0) -> Workspace:
        """Open the workspace in ``path``, creating it if it is not there.

        Args:
            path: Folder of the workspace.
            python: Interpreter for steps and scoring; ``None``: the one that runs this program.
            max_parallel_steps: Steps that may run at once; 0: one per core.

        Raises:
            LockedError: Another process has the workspace; the message names it.
        """
        return cls(_core.Workspace.local(os.fspath(path), python=python or sys.executable, max_parallel_steps=max_parallel_steps))

    @classmethod
    def remote(
        cls,
        endpoint: str,
        *,
        subscription_id: str,
        resource_group: str,
        workspace_name: str,
        token: str,
        ca_file: str | None = None,
    ) -> Workspace:
        """Use the workspace behind ``endpoint``, for example ``https://management.azure.com``.

        Args:
            endpoint: Scheme and host of the control plane.
            subscription_id: Subscription of the workspace.
            resource_group: Resource group of the workspace.
            workspace_name: Name of the workspace.
            token: Bearer token for the control plane.
            ca_file: PEM file with extra roots; ``podium serve`` writes one.
        """
        return cls(
            _core.Workspace.remote(
                endpoint=endpoint,
                subscription_id=subscription_id,
                resource_group=resource_group,
                workspace_name=workspace_name,
                token=token,
                ca_file=ca_file or "",
            )
        )

    @property
    def jobs(self) -> _core.Jobs:
        """Submit jobs and look at them."""
        return self._core.jobs

    @property
    def models(self) -> _core.Models:
        """Registered models."""
        return self._core.models

    @property
    def components(self) -> _core.Components:
        """Registered components."""
        return self._core.components

    @property
    def environments(self) -> _core.Environments:
        """Registered environments."""
        return self._core.environments

    @property
    def data(self) -> _core.Data:
        """Data assets."""
        return self._core.data

    @property
    def endpoints(self) -> _core.Endpoints:
        """Online endpoints."""
        return self._core.endpoints

    @property
    def deployments(self) -> _core.Deployments:
        """Deployments behind online endpoints."""
        return self._core.deployments

    @property
    def files(self) -> _core.Files:
        """Files of the datastores, by ``azureml://datastores/...`` URI."""
        return self._core.files

    def info(self) -> _core.WorkspaceInfo:
        """The workspace as the service describes it."""
        return self._core.info()

    def close(self) -> None:
        """Stop what still runs, and give the workspace back."""
        self._core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<podium workspace, closed>" if self._core.closed else f"<podium workspace {self.info().name}>"
