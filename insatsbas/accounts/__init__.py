"""People and what each may do: roles, signing in, sessions, invitations. The policy stands in `policy.py`, on one screen."""
