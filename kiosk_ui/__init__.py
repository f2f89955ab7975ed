"""The touchscreen: message, reduce, render. Holds no truth of its own."""
