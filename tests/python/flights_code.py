"""The scripts of the flights pipeline, as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from conftest import ROOT

PIPELINE = ROOT / "pipelines" / "flights"


def load(script: str) -> ModuleType:
    """Import `script`, a path below pipelines/flights, with its own folder on the path as a step would have it."""
    file = PIPELINE / script
    name = "flights_" + Path(script).stem
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(file.parent))
    try:
        sys.modules[name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(file.parent))
    return module
