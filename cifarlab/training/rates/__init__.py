"""Finding a learning rate: the range test, what it suggests, and its picture."""
