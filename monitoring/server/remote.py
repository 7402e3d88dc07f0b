"""Commands of the command line, run on the store that this process holds."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from monitoring.cli import parser
from monitoring.commands import run
from monitoring.errors import InvalidInput, VigieError
from monitoring.process import held_store
from monitoring.server.failures import error_body
from monitoring.server.security import own_secret

router = APIRouter()


class Command(BaseModel):
    """A command line, and the directory it was typed in."""

    arguments: list[str]
    directory: str


@router.post("/commands", dependencies=[Depends(own_secret)])
def commands(command: Command) -> StreamingResponse:
    """Run a command of the command line on the store that this process holds, and stream what it says."""
    return StreamingResponse(_events(command), media_type="application/x-ndjson")


def _events(command: Command) -> Iterator[str]:
    messages: queue.Queue[dict[str, object] | None] = queue.Queue()

    def work() -> None:
        try:
            options = parser().parse_args(command.arguments)
            answer = run(
                held_store(), options, lambda text: messages.put({"progress": text}), Path(command.directory)
            )
            messages.put({"text": answer.text, "exit_code": answer.exit_code})
        except (
            SystemExit
        ):  # so the parser ends; the command line has checked its arguments before it sent them
            error = InvalidInput("These arguments are no command.", "Is the app as new as the command line?")
            messages.put({**error_body(error.code, error.message, error.hint)})
        except VigieError as error:
            messages.put({**error_body(error.code, error.message, error.hint)})
        except (
            Exception
        ) as error:  # the door of the process: whoever waits on the other side has to hear of it
            messages.put({**error_body("bug", f"{type(error).__name__}: {error}")})
            raise
        finally:
            messages.put(None)

    threading.Thread(target=work, name="command", daemon=True).start()
    while (event := messages.get()) is not None:
        yield json.dumps(event) + "\n"
