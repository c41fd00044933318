"""Apply (运用): what people decided after an approved note, looking at it again, and the historical case it becomes."""
