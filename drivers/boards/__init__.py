"""One pure module a board family: bytes in, values out; no clock, no port."""
