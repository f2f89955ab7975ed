"""What other processes may know of the cabinet. Imports nothing else of ours."""
