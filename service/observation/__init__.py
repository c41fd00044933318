"""Observation (观测): what the reviewed records say of a subject or a team, side by side, each line with its evidence."""
