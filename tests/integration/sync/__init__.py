"""The cabinet's own code and the centre's own code, joined over real HTTP, on one fake clock."""
