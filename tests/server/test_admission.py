import pytest

from monitoring.server.admission import Admission
from monitoring.server.failures import Overloaded


def test_room_is_given_back_whatever_happens() -> None:
    admission = Admission(max_requests=2, max_bytes=10)
    with pytest.raises(RuntimeError), admission.admit() as held:
        held.grow(10)
        assert (admission.requests, admission.bytes) == (1, 10)
        raise RuntimeError
    assert (admission.requests, admission.bytes) == (0, 0)


def test_the_request_that_finds_no_room_is_refused_and_harms_no_other() -> None:
    admission = Admission(max_requests=2, max_bytes=10)
    with admission.admit() as first:
        first.grow(6)
        with pytest.raises(Overloaded, match="6 bytes"), admission.admit() as second:
            second.grow(5)
        first.grow(4)
        with admission.admit(), pytest.raises(Overloaded, match="2 requests"), admission.admit():
            pass
        assert (admission.requests, admission.bytes) == (1, 10)
