import pytest

from monitoring.errors import Conflict, InvalidInput, NotFound
from monitoring.store import Store, tokens
from monitoring.store.registry import Version
from monitoring.store.tokens import create, recognise


def test_a_token_is_recognised_and_the_store_keeps_its_hash_only(store: Store) -> None:
    made = create(store, "airflow", "write")
    (kept,) = tokens.known(store)
    assert (kept.name, kept.scope, kept.model) == ("airflow", "write", None)
    assert made.token not in repr(kept)
    assert recognise(made.token, [kept]) == kept


def test_another_text_is_no_token(store: Store) -> None:
    made = create(store, "airflow", "read")
    known = tokens.known(store)
    others = ("", made.token[:-1], made.token.upper(), known[0].sha256, "é\udcff")
    assert [recognise(other, known) for other in others] == [None] * len(others)


def test_each_of_several_tokens_is_told_from_the_others(store: Store) -> None:
    made = [create(store, name, scope) for name, scope in (("a", "read"), ("b", "write"), ("c", "admin"))]
    known = tokens.known(store)
    found = [recognise(each.token, known) for each in made]
    assert [token.name for token in found if token] == ["a", "b", "c"]


def test_a_name_is_given_once(store: Store) -> None:
    create(store, "airflow", "read")
    with pytest.raises(Conflict, match="'airflow'"):
        create(store, "airflow", "write")


def test_a_token_of_a_model_needs_the_model(store: Store, version: Version) -> None:
    assert create(store, "one", "read", version.model).model == version.model
    with pytest.raises(NotFound, match="'late-flihts'"):
        create(store, "two", "read", "late-flihts")


def test_a_wrong_scope_or_name_is_refused_with_what_is_allowed(store: Store) -> None:
    with pytest.raises(InvalidInput, match="Did you mean 'write'"):
        create(store, "x", "wrte")
    with pytest.raises(InvalidInput, match="needs a name"):
        create(store, " ", "write")
