"""Review (复核): people accept, change, reject or add tags; double-blind rounds; what was missed; gold for training."""
