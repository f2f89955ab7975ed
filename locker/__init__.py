"""The cabinet: the daemon that decides what is physical, and the technician's command line."""
