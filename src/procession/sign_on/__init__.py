"""Signing on without a password of ours: programs by OAuth 2.0, people by OpenID Connect.

Rule: who signs on so is a user like any other, with the same roles and rights; a token only takes
away from them. What is promised: docs/sign-on.md.
"""
