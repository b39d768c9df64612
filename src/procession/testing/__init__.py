"""Processes under test: a real service for each test, on a free port (docs/pytest.md).

Rule: nothing is simulated but the time and, where a test says so, the work outside. Nothing heavy
is imported before a test asks for the fixture: pytest loads the plugin in every test run.
"""
