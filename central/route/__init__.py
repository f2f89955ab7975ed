"""The routes: requests in, operations called, answers out. No rule of the service is made here."""
