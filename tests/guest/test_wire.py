"""JSON lines."""

from guest import wire


def test_there_and_back():
    message = {"event": "cell", "id": "é\n\ud800", "number": 0.1}
    line = wire.encode_line(message)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert max(line) < 128
    assert wire.decode_line(line) == message


def test_anything_but_an_object_is_refused():
    deep = b'{"a": ' + b"[" * 100_000
    for line in (b"", b"{", b"[1]", b"1", b"null", b'{"a": 1} {"b": 2}', deep, b"\xff", b"9" * 5000):
        try:
            wire.decode_line(line)
        except ValueError:
            continue
        raise AssertionError(line)
