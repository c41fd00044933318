"""How good the tagging is, beside what reviewers say of it: shipped models, and labels that drift."""
