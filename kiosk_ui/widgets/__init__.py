"""Things that pages are built of. None of them knows a page or the daemon."""
