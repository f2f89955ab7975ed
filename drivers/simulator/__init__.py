"""The device side of lock boards: doors, physics and faults, written from the facts.

The device is pure. Only the pseudo-terminal wrapper has a clock and descriptors. Nothing here may
know the codecs: one mistake must not be able to hide in both.
"""
