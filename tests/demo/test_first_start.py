import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitoring.demo import first_start
from monitoring.demo.first_start import Building, build_if_first
from monitoring.store import Store


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Building:
    fresh = Building()
    monkeypatch.setattr(first_start, "STATE", fresh)
    return fresh


@pytest.fixture
def usual_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.delenv("VIGIE_STORE")
    with Store.open(tmp_path / "usual.duckdb") as store:
        monkeypatch.setattr(first_start, "held_store", lambda: store)
        monkeypatch.setattr(first_start, "store_path", lambda: tmp_path / "usual.duckdb")
        yield store


def finish() -> None:
    for thread in threading.enumerate():
        if thread.name == "demo":
            thread.join(timeout=30)


def test_a_store_without_models_at_its_usual_place_gets_the_demo(
    usual_store: Store, state: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def set_up(store: Store, progress: Callable[[str], None]) -> list[str]:
        asked.append(store)
        progress("one step")
        return []

    monkeypatch.setattr(first_start, "set_up", set_up)
    build_if_first()
    finish()
    assert asked == [usual_store]
    assert (state.lines, state.running, state.failed) == (["one step"], False, "")


def test_a_store_that_was_named_is_left_as_it_is(state: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_start, "set_up", lambda *_: pytest.fail("the demo was built"))
    build_if_first()
    finish()
    assert not state.running


def test_why_the_demo_cannot_be_built_is_told(
    usual_store: Store, state: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_up(*_: object) -> list[str]:
        raise OSError("no space left on device")

    monkeypatch.setattr(first_start, "set_up", set_up)
    build_if_first()
    finish()
    assert (state.running, state.failed) == (False, "OSError: no space left on device")


def test_an_interrupted_demo_is_gone_on_with(
    usual_store: Store, state: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(first_start, "registry", Registry())
    monkeypatch.setattr(first_start, "set_up", lambda *_: asked.append(True))
    build_if_first()
    finish()
    assert asked == []
    assert usual_store.path is not None
    usual_store.path.with_name("usual.duckdb.demo").touch()
    for _ in range(2):
        build_if_first()
        finish()
    assert asked == [True]


class Registry:
    """A store that has a model already."""

    def models(self, _: Store) -> list[str]:
        return ["late-flights"]
