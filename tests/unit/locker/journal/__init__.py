"""The journal: its file, its schemas, its thinning."""
