"""The story of the product, played with real processes."""
