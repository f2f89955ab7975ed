"""`python -m locker` is `bangbangui`."""

from locker.command import main

main()
