"""Who runs the stage: worker processes of this machine, or the actors of a Ray cluster."""
