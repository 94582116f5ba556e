"""The command line: `cifarlab`, or `python -m cifarlab`."""

from cifarlab.command_line.program import main

__all__ = ["main"]
