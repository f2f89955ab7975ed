"""The cabinet's memory: what happened, appended and chained, and what follows from it."""
