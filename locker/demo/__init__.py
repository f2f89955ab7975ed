"""The whole product on one machine, for a first look and for the story: real processes only.

Starts other programs and speaks to them; imports nothing that they are made of.
"""
