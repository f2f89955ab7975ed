"""The glass's one voice and its chimes. It says what a page says, never a digit of a code."""
