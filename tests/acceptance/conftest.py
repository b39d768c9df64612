"""The examples, deployed and served once for all tests that only run them."""

from collections.abc import Iterator

import pytest

from tests.acceptance.examples import Examples, served_examples


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    with served_examples(tmp_path_factory.mktemp("examples")) as examples:
        yield examples
