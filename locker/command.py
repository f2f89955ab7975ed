"""The root command, `bangbangui`."""

def main() -> None:
    """Run the command line."""
