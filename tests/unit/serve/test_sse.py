import asyncio
from collections.abc import AsyncGenerator

from longwriter.serve.sse import HEADERS, KEEP_ALIVE, EventStream, event, kept_alive, retry


def test_an_event_is_these_bytes() -> None:
    assert event('{"a": 1}', name="section", id=7) == b'id: 7\nevent: section\ndata: {"a": 1}\n\n'
    assert event("one\ntwo\r\nthree\rfour") == b"data: one\ndata: two\ndata: three\ndata: four\n\n"
    assert event("字") == "data: 字\n\n".encode()
    assert retry(500) == b"retry: 500\n\n"


async def test_silence_is_filled_at_the_boundaries_of_events() -> None:
    async def slow() -> AsyncGenerator[bytes, None]:
        yield event("a")
        await asyncio.sleep(0.25)
        yield event("b")

    got = [piece async for piece in kept_alive(slow(), every_s=0.1)]
    assert got == [event("a"), KEEP_ALIVE, KEEP_ALIVE, event("b")]


async def test_leaving_closes_what_is_listened_to_at_once() -> None:
    closed = []

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            yield event("a")
            await asyncio.sleep(100)
        finally:
            closed.append(True)

    for heard in ([event("a"), KEEP_ALIVE], [event("a")]):  # while it waits for the next event, and before that
        stream = kept_alive(endless(), every_s=0.05)
        assert [await anext(stream) for _ in heard] == heard
        await stream.aclose()
        assert closed.pop()


async def test_a_failure_is_no_silence() -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        yield event("a")
        raise ValueError("x")

    stream = kept_alive(broken(), every_s=1)
    await anext(stream)
    try:
        await anext(stream)
    except ValueError as error:
        assert str(error) == "x"  # noqa: PT017 - the generator's own
    else:
        raise AssertionError("it was swallowed")


async def test_no_proxy_collects_a_stream() -> None:
    async def nothing() -> AsyncGenerator[bytes, None]:
        return
        yield b""

    answer = EventStream(nothing())
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
