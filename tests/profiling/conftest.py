"""What the tests of profiling share: profiles compared bit by bit, and floats of every kind."""

from collections.abc import Callable

import pytest

from monitoring.profiling.profile import Profiles

Contents = Callable[[Profiles], dict[str, object]]

ARRAYS = ("n", "missing", "infinite", "counts", "sums", "total", "squares", "minimum", "maximum")


@pytest.fixture(scope="session")
def contents() -> Contents:
    """All that profiles hold, in a form that is equal only when every bit is."""

    def of(profiles: Profiles) -> dict[str, object]:
        arrays = {name: getattr(profiles, name) for name in ARRAYS}
        seen = {name: (array.shape, array.dtype.str, array.tobytes()) for name, array in arrays.items()}
        return {**seen, "unseen": [list(unseen.items()) for unseen in profiles.unseen]}

    return of
