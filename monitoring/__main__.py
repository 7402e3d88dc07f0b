"""python -m monitoring: the command line."""

import sys

from monitoring.cli import main

if __name__ == "__main__":
    sys.exit(main())
