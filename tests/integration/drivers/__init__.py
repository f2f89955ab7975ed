"""The drivers against the running simulator, over real pseudo-terminals."""
