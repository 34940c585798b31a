"""Documents written for training, with questions and claims: most unanswerable or false ones are near misses."""
