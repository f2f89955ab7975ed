"""The figures of `./run bench`; what each one means is in docs/figures.md."""
