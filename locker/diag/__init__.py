"""The technician's command line: finds the board, tests locks, says what is measured."""
