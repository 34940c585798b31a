"""Train and measure the entailment network, which judges whether evidence bears out a claim."""
