"""Where a stream tells how far it is."""

import openai
import pytest
from tests.helpers.server import Server
from tests.helpers.serving import Serving

from longwriter.api.runs import Run

pytestmark = pytest.mark.slow
ASKED = [{"role": "user", "content": "Write a 2000-word story about a lighthouse"}]


@pytest.mark.parametrize("where", ["content", "none"])
def test_progress_as_text_or_not_at_all(tmp_path, where):
    with Server() as upstream:
        serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--progress", where)
        try:
            client = openai.OpenAI(base_url=f"http://127.0.0.1:{serving.port}/v1", api_key="none", max_retries=0)
            chunks = list(
                client.chat.completions.create(model="local:long", messages=ASKED, max_tokens=1400, stream=True)
            )
            deltas = [c.choices[0].delta for c in chunks]
            text = "".join(d.content or "" for d in deltas)
            assert not any(getattr(d, "reasoning_content", None) for d in deltas)
            run = chunks[-1].model_extra["longwriter"]["run"]
            written = Run(tmp_path / "runs" / run).text
            told, _, rest = text.partition("# ")
            assert ("Plan: " in told) is (where == "content")
            assert "".join(written.split()).startswith("".join(f"# {rest}".split()))
            said = [*ASKED, {"role": "assistant", "content": text}, {"role": "user", "content": "Continue"}]
            whole = client.chat.completions.create(model="local:long", messages=ASKED, max_tokens=1400)
            assert whole.choices[0].message.content == text[len(told) :]
            also = [
                *ASKED,
                {"role": "assistant", "content": text[len(told) :]},
                {"role": "user", "content": "Continue"},
            ]
            more = client.chat.completions.create(model="local:long", messages=said)
            assert more.model_extra["longwriter"]["run"] == run
            assert "".join(f"# {rest}{more.choices[0].message.content}".split()) == "".join(
                Run(tmp_path / "runs" / run).text.split()
            )
            again = client.chat.completions.create(model="local:long", messages=also)
            assert again.choices[0].message.content == more.choices[0].message.content
        finally:
            serving.end()
