"""What the serving process does when it starts."""

import socket

import pytest
from streamlit.runtime.pages_manager import PagesManager

from monitoring.ui import process


def test_listening_sockets_answer_at_once() -> None:
    # As Streamlit binds: with no protocol named, which asyncio does not take for TCP.
    with socket.socket(socket.AF_INET) as listener, socket.socket(socket.AF_INET) as other:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        process.answer_at_once()

        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        with socket.create_connection(listener.getsockname()) as client:
            accepted, _address = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert client.fileno() > 0


def test_pages_are_never_served_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    process.forbid_bare_pages()

    assert PagesManager.uses_pages_directory is False
