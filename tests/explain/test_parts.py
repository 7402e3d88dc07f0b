import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from monitoring.explain.parts import parts_of


def test_everything_inside_is_found_once() -> None:
    scaler, linear = StandardScaler(), LinearRegression()
    array = np.empty(2, dtype=object)
    array[:] = [linear, linear]
    found = list(parts_of({"a": [scaler, (array, {1, 2})], "b": make_pipeline(scaler, linear)}))
    assert sum(part is scaler for part in found) == 1
    assert sum(part is linear for part in found) == 1


def test_a_part_that_holds_itself_ends() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert len(list(parts_of(loop))) == 1
