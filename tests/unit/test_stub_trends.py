from __future__ import annotations

import pytest

from musicengine.backends.stub.trends import StubTrends
from musicengine.errors import InputError
from musicengine.hits import predict
from musicengine.protocols import TrendSource


@pytest.mark.parametrize(("era", "decade"), [("2010s", "2010s"), ("2014", "2010s"), ("1969", "1960s"), ("", "")])
def test_an_era_finds_its_decade(era: str, decade: str) -> None:
    trends = StubTrends().trends("disco", era)
    assert (trends.era, trends.genre, trends.provenance) == (decade, "", "stub")
    assert trends.source
    assert trends.dated == "2019-12-31"
    assert isinstance(StubTrends(), TrendSource)


def test_songs_of_the_sixties_were_short() -> None:
    long = {"tempo_bpm": 118.0, "duration_s": 240.0}
    assert predict(long, StubTrends().trends("", "1960s")).score.value < 60
    assert predict(long, StubTrends().trends("", "1980s")).score.value == 100


@pytest.mark.parametrize("era", ["1890s", "baroque", "20100"])
def test_an_era_without_figures_is_refused(era: str) -> None:
    with pytest.raises(InputError, match=f"no trends for the era '{era}'; there are 1960s"):
        StubTrends().trends("", era)
