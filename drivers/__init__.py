"""Hardware: lock boards and scanners. Knows nothing of lockers, grants or servers; stands alone."""
