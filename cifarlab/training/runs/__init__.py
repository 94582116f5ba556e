"""Run directories: what is in one, who reads it, who writes it, and what starts a run there."""
