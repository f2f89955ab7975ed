"""The failures of other lockers, put into our code one at a time: a named test must go red."""
