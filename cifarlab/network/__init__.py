"""Networks as documents: layers, their trace, the module they build, edits and goals."""
