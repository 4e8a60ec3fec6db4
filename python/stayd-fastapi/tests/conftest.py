from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Publisher, StaydServer


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    one = Publisher()
    yield one
    one.close()


@pytest.fixture
def trap() -> Iterator[Publisher]:
    one = Publisher()
    yield one
    one.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaydServer]:
    folder: Path = tmp_path_factory.mktemp("stayd")
    one = StaydServer(folder)
    yield one
    one.stop()
