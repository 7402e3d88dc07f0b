"""What was answered is on disk, whatever happens to the process."""

import http.client
import os
import shutil
import threading
from pathlib import Path

import pytest

from monitoring.store import Store, registry
from monitoring.store import rows as stored_rows
from monitoring.store.rows import Rows
from tests.server.served import MODEL, Server, in_a_process, rows


def stored_ids(path: Path) -> list[str]:
    with Store.open(path) as store:
        found = stored_rows.fetch_ids(store, Rows(registry.version(store, MODEL)))
        return list(found.column("id").to_pylist())


class Sender(threading.Thread):
    """Sends small batches until the server is gone, and remembers what was acknowledged."""

    def __init__(self, server: Server, first: int, enough: threading.Semaphore) -> None:
        super().__init__()
        self.acknowledged: list[str] = []
        self._server, self._next, self._enough = server, first, enough

    def run(self) -> None:
        try:
            while True:
                sent = rows(self._next, 3)
                answer = self._server.log(sent)
                assert (answer.status, answer.json()["accepted"]) == (200, 3)
                self.acknowledged += [row["flight"] for row in sent]
                self._next += 3
                self._enough.release()
        except (OSError, http.client.HTTPException):
            return


@pytest.mark.parametrize("acknowledged", [1, 3, 8, 21])
def test_a_killed_server_has_kept_everything_that_it_acknowledged(
    built: Path, checkout: Path, acknowledged: int
) -> None:
    path = Path(os.environ["VIGIE_STORE"])
    shutil.copy(built, path)
    enough = threading.Semaphore(0)
    with in_a_process(path, checkout) as (server, process):
        senders = [Sender(server, 100_000 * n, enough) for n in range(1, 5)]
        for sender in senders:
            sender.start()
        for _ in range(acknowledged):
            assert enough.acquire(timeout=60)
        process.kill()
        for sender in senders:
            sender.join()
    kept = stored_ids(path)
    sent = [name for sender in senders for name in sender.acknowledged]
    assert len(sent) >= 3 * acknowledged
    assert set(sent) - set(kept) == set()
    assert len(kept) == len(set(kept))
