"""How well similar cases are found: queries, judgements, measures, and the systems that are compared."""
