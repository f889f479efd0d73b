"""One of several serving processes: `python -m service.serving.worker FD`, with the number of its socket."""

from __future__ import annotations

import os
import socket
import sys

from service.errors import FootnoteError
from service.serving.run import run
from service.settings import Settings
from service.telemetry.logs import set_up


def main(number: int) -> None:
    """Serve what comes in at that socket."""
    try:
        settings = Settings.load()
        set_up(settings)
        run(settings, socket.socket(fileno=number), parent=os.getppid())
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
