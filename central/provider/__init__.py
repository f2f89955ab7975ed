"""Clients of the services that carry a notice to a person. They know no table and no page."""
