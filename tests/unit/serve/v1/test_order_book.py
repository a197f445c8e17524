"""Which request and which answer belong to which run, also after a restart."""

import time

from longwriter.serve.v1.answers.book import FILE, ApiOrder, FedPlace, OrderBook, request_digest
from longwriter.serve.v1.request.body import read_request

TEXT = "A sentence of six words here. " * 12


def run(home, name):
    (home / name).mkdir(parents=True)
    (home / name / "settings.json").write_text("{}")
    return name


def chat(**more):
    return read_request("chat", {"model": "m", "messages": [{"role": "user", "content": "Hello"}], **more})


def test_how_an_answer_is_sent_does_not_decide_it():
    same = request_digest(chat(), "", "", 0)
    assert request_digest(chat(stream=True, stream_options={"include_usage": True}, user="u"), "", "", 0) == same
    assert request_digest(chat(temperature=None), "", "", 0) == same
    others = [
        request_digest(chat(temperature=0.5), "", "", 0), request_digest(chat(max_tokens=9), "", "", 0),
        request_digest(chat(), "other client", "", 0), request_digest(chat(), "", "key", 0),
        request_digest(chat(), "", "", 1), request_digest(chat(), "", "", 0, unique="x"),
        request_digest(read_request("completion", {"model": "m", "prompt": "Hello"}), "", "", 0),
    ]  # fmt: skip
    assert len({same, *others}) == 8


def test_an_order_is_found_by_another_server_while_it_is_young_and_its_run_is_there(tmp_path):
    name, now = run(tmp_path, "a"), time.time()
    OrderBook(tmp_path).add(name, ApiOrder(id="one", at=now - 7200, model="m"))
    again = OrderBook(tmp_path)
    assert again.find("one", 3)[0] == "a"
    assert again.find("one", 1) is None
    assert again.find("two") is None
    (tmp_path / "a" / "settings.json").unlink()
    assert again.find("one") is None


def test_an_answer_is_found_by_its_text_and_by_its_beginning(tmp_path):
    book, name = OrderBook(tmp_path), run(tmp_path, "a")
    book.add(name, ApiOrder(id="one", at=1, model="m", client="alice"))
    book.answered(name, "one", TEXT, FedPlace(section=3, chars=5))
    for found in (book, OrderBook(tmp_path)):
        run_name, answer, whole = found.run_of(TEXT.replace(" ", "\n ") + "\n", "alice")
        assert (run_name, answer.end, whole) == ("a", FedPlace(section=3, chars=5), True)
        assert found.run_of(TEXT[:250], "alice")[2] is False
        assert found.run_of("Something else entirely", "alice") is None
        assert found.run_of(TEXT, "bob") is None
        assert found.last_answer("one", "bob") is None
        assert found.last_answer("one", "alice")[0] == "a"
    book.answered(name, "one", "Too short to be told from others.", FedPlace())
    assert book.run_of("Too short to be told from others.", "alice") is None


def test_lines_that_a_kill_has_torn_are_left_out(tmp_path):
    name = run(tmp_path, "a")
    OrderBook(tmp_path).add(name, ApiOrder(id="one", at=1, model="m"))
    with (tmp_path / "a" / FILE).open("a") as file:
        file.write('{"order": {"id": 3}}\n{"answer": "x"}\n[1]\n{"order": {"id": "tw')
    book = OrderBook(tmp_path)
    assert book.find("one") is not None
    book.cancel("one")
    assert OrderBook(tmp_path).cancelled == {"one"}
