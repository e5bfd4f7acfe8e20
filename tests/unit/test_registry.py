from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import pytest

from musicengine import registry
from musicengine.errors import BackendError, MissingExtraError, MissingKeyError, UnknownBackendError


class Acme:
    environment: ClassVar = {"api_key": "ACME_KEY", "host": "ACME_HOST"}

    def __init__(self, api_key: str, host: str = "localhost") -> None:
        self.api_key, self.host = api_key, host


@pytest.fixture(autouse=True)
def backends(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {
        "generator.acme": f"{__name__}:Acme",
        "generator.needy": "no_such_package.deep:Thing [needy]",
        "generator.gone": f"{__name__}:Gone",
        "embedder.other": f"{__name__}:Acme",
    }
    made = [EntryPoint(name, value, "musicengine.backends") for name, value in points.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: made if group == "musicengine.backends" else [])


def test_names_are_those_of_the_role() -> None:
    assert registry.names("generator") == ("acme", "gone", "needy")


def test_arguments_come_from_the_environment() -> None:
    made = registry.create("generator", "acme", {"ACME_KEY": "k", "ACME_HOST": "h"})
    assert (made.api_key, made.host) == ("k", "h")
    assert registry.create("generator", "acme", {"ACME_KEY": "k"}).host == "localhost"


def test_a_missing_key_names_variable_argument_and_stub() -> None:
    with pytest.raises(MissingKeyError, match=r"ACME_KEY.*Acme\(api_key=\.\.\.\).*'stub' needs none"):
        registry.create("generator", "acme", {})


def test_an_empty_variable_is_a_missing_key() -> None:
    with pytest.raises(MissingKeyError, match="ACME_KEY"):
        registry.create("generator", "acme", {"ACME_KEY": ""})


def test_an_unknown_name_lists_those_that_exist() -> None:
    with pytest.raises(UnknownBackendError, match=r"'bandoneon'; there are: acme, gone, needy"):
        registry.create("generator", "bandoneon", {})


def test_an_unknown_role_lists_the_roles() -> None:
    with pytest.raises(UnknownBackendError, match="generator, analyzer"):
        registry.create("conductor", "acme", {})


def test_a_missing_extra_names_the_pip_line() -> None:
    with pytest.raises(MissingExtraError, match=r'pip install "musicengine\[needy\]"'):
        registry.create("generator", "needy", {})


def test_an_entry_point_at_nothing_is_said() -> None:
    with pytest.raises(BackendError, match="points at nothing"):
        registry.create("generator", "gone", {})


def test_the_environment_chooses_by_role() -> None:
    environ = {"MUSICENGINE_GENERATOR": "acme", "ACME_KEY": "k", "MUSICENGINE_EMBEDDER": ""}
    found: dict[str, Any] = registry.configured(environ)
    assert list(found) == ["generator"]


def test_no_message_holds_the_key() -> None:
    with pytest.raises(UnknownBackendError) as caught:
        registry.configured({"MUSICENGINE_GENERATOR": "nobody", "ACME_KEY": "s3cret"})
    assert "s3cret" not in str(caught.value)
