"""What the centre does, as plain functions: `session` first, time handed in, no web framework.

A denial is a value (`Failure`); what raises is our bug or the database's trouble.
"""
