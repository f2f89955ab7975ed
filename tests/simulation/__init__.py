"""Whole lives of a cabinet and its centre in one thread, on a fake clock, driven by a seed."""
