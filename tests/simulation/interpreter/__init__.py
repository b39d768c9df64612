"""A second interpreter of BPMN, for the tests: a token game in memory, plain before fast."""
