"""What people and machines use: the command line, the HTTP API, and what they share."""
