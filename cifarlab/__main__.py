"""`python -m cifarlab` is the command line."""

import sys

from cifarlab.command_line import main

if __name__ == "__main__":
    sys.exit(main())
