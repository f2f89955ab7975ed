"""Hardware drivers: lock boards, their bus and serial port, scanners, and simulators of the same.

Knows nothing of lockers, grants or servers, and imports nothing of ours from outside this folder.
"""
