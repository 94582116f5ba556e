"""One network that learns: its arithmetic, its optimiser, and one step of both, as fast as the device allows."""
