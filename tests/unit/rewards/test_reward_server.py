import math
from pathlib import Path

import pytest
from tests.helpers.scoring_server import ScoringServer

from longwriter.errors import InputError, SetupError, Unavailable
from longwriter.rewards.base import RewardSettings, Verdict
from longwriter.rewards.reward_server import RewardServer, read_score

LONG = ("long", "longer", "413", "422 long")


async def ask(server: ScoringServer, path: str, *answers: str, **settings: object) -> list[Verdict]:
    scorer = RewardServer(RewardSettings(reward_url=server.url + path, **settings))
    return await scorer.score([("Write.", answer) for answer in answers])


@pytest.mark.parametrize("path", ["", "/", "/classify", "/v1/classify", "/pooling", "/score"])
async def test_every_form_of_answer_gives_the_score_in_order(path: str) -> None:
    with ScoringServer() as server:
        verdicts = await ask(server, path, "good good", "bad", "good", reward_centre=1.0, reward_scale=0.5)
    assert [v.why["score"] for v in verdicts] == [2, 0, 1]
    expected = [1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2)), 0.5]
    assert [v.value for v in verdicts] == pytest.approx(expected)
    for body in server.requests:
        assert body["use_activation"] is False
        if path == "/score":
            assert body["text_1"] == "Write."
        else:
            assert [turn["role"] for turn in body["messages"]] == ["user", "assistant"]
            assert body["add_special_tokens"] is False
        assert "model" not in body


async def test_the_models_name_and_the_key_of_the_environment_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD_API_KEY", "SECRET")
    monkeypatch.setenv("OPENAI_API_KEY", "not for this server")
    with ScoringServer(faults=["", "401"]) as server:
        await ask(server, "", "good", reward_name="judge-8b")
        with pytest.raises(SetupError, match="REWARD_API_KEY") as refused:
            await ask(server, "", "good")
        monkeypatch.delenv("REWARD_API_KEY")
        await ask(server, "", "good")
    assert server.requests[0]["model"] == "judge-8b"
    assert [h.get("authorization") for h in server.headers] == ["Bearer SECRET", "Bearer SECRET", None]
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize("fault", ["503", "429", "cut", "html"])
async def test_a_passing_fault_is_asked_again(fault: str) -> None:
    with ScoringServer(faults=[fault]) as server:
        (verdict,) = await ask(server, "", "good")
    assert verdict.why["score"] == 1
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", ["503", "html"])
async def test_a_lasting_fault_is_unavailable_and_no_score(fault: str) -> None:
    with ScoringServer(faults=[fault] * 50) as server, pytest.raises(Unavailable, match="gave up after"):
        await ask(server, "", "good", "bad", retry_s=0.1)


async def test_a_dead_endpoint_is_unavailable() -> None:
    with ScoringServer() as server:
        pass
    with pytest.raises(Unavailable, match="is the server running"):
        await ask(server, "", "good", retry_s=0.1)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("400", "this field is odd"),
        ("422", "this field is odd"),
        ("404", "is it a server of a reward model"),
        ("two", "2 labels"),
    ],
)
async def test_what_no_retry_mends_is_said_at_once(fault: str, message: str) -> None:
    with ScoringServer(faults=[fault]) as server, pytest.raises(SetupError, match=message):
        await ask(server, "", "good")
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["nan", "empty", "null", "word", "long", "longer", "413", "422 long"])
async def test_a_missing_number_is_missing_and_the_others_have_theirs(fault: str) -> None:
    with ScoringServer(faults=[fault]) as server:
        verdicts = await ask(server, "", "good", "good good", calls=1)
    assert verdicts[0].value is None
    assert ("too long for the reward model" in str(verdicts[0].why["failure"])) == (fault in LONG)
    assert verdicts[1].why["score"] == 2


async def test_a_softmax_over_one_label_is_found_out() -> None:
    with ScoringServer(constant=1.0) as server, pytest.raises(SetupError, match="says 1 to everything"):
        await ask(server, "", "good", "bad")


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/score", "http://host:99999/score", "", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="reward_url is no address"):
        RewardServer(RewardSettings(reward_url=url))


def test_a_score_is_read_from_a_flat_list_too() -> None:
    assert read_score({"data": [{"data": [1.5]}]}) == 1.5
    assert read_score({"data": [{"score": True}]}) is None
    assert read_score({"data": [{"score": 1}, {"score": 2}]}) is None
    assert read_score(["data"]) is None


def test_no_key_stands_in_a_setting() -> None:
    assert not [name for name in RewardSettings.model_fields if "key" in name and not name.endswith("_env")]
    assert "environ" in Path(RewardServer.score.__code__.co_filename).read_text("utf-8")
