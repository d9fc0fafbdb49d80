"""What is seen from inside a network: states, gates, gradients, and single steps with their numbers."""
