"""Training in a process of its own: the engine, run directories, checkpoints, and what starts a run."""
