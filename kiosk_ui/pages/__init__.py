"""The pages: each is handed the state and renders it; none holds a truth of its own."""
