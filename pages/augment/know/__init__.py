"""What is known of a pipeline: rates and draws, colours, cost, the trainer's batch, a network's answers."""
