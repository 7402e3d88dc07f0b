"""A store with rows that are known, made once for all tests of reports."""

from collections.abc import Iterator

import pytest

from tests.raw_store import RawStore, raw_store


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawStore]:
    with raw_store(tmp_path_factory.mktemp("raw")) as made:
        yield made
