"""The rules of the cabinet, pure: standard library only, no I/O, no clock, no threads."""
