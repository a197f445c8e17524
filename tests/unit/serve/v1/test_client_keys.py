"""Clients with keys of their own: nobody finds another's text."""

import openai
import pytest
from tests.helpers.server import Server
from tests.helpers.serving import Serving

from longwriter.serve.keys import ClientKeys

pytestmark = pytest.mark.slow


def test_a_client_joins_its_own_runs_alone(tmp_path):
    keys = ClientKeys(tmp_path / "keys.json")
    held = {name: keys.new(name) for name in ("alice", "bob")}
    with Server() as upstream:
        at = ("--model", "local", "--base-url", upstream.url, "--keys", tmp_path / "keys.json")
        serving = Serving(tmp_path, *at)
        try:
            base = f"http://127.0.0.1:{serving.port}/v1"
            alice, bob = (openai.OpenAI(base_url=base, api_key=key, max_retries=0) for key in held.values())
            asked = {"model": "local:long", "input": "Write a 400-word note on tea"}
            first, again, other = (who.responses.create(**asked) for who in (alice, alice, bob))
            assert first.id == again.id != other.id
            assert bob.responses.retrieve(other.id).output_text == first.output_text  # the model says the same to both
            for call in (bob.responses.retrieve, bob.responses.cancel):
                with pytest.raises(openai.NotFoundError):
                    call(first.id)
            with pytest.raises(openai.NotFoundError):
                bob.responses.create(model="local", input="Continue", previous_response_id=first.id)
            said = [
                {"role": "assistant", "content": first.output_text},
                {"role": "user", "content": "Rewrite section 1"},
            ]
            runs = [
                who.chat.completions.create(model="local", messages=said).model_extra["longwriter"]["run"]
                for who in (alice, bob)
            ]
            assert runs == [r.model_extra["longwriter"]["run"] for r in (first, other)]
            with pytest.raises(openai.AuthenticationError):
                openai.OpenAI(base_url=base, api_key="lw-none", max_retries=0).models.list()
        finally:
            serving.end()
