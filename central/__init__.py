"""The centre: the cabinets' API, the resident's phone page and the staff console."""
