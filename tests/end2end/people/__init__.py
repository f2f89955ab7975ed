"""People at the cabinet, a file a person: real processes, and the time that people take."""
