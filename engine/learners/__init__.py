"""Ways of learning, and what they are made of: optimizers, truncation, ridge regression."""
