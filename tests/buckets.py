"""A bucket of this machine's own, served by moto: what is kept under s3:// goes through s3fs and a server, as elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

NAME = "artifacts"


@pytest.fixture(scope="session")
def bucket() -> Iterator[dict[str, str]]:
    """The variables with which any process reaches the bucket; this one has them, too."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    pytest.importorskip("s3fs")
    import boto3

    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        for name, value in variables.items():
            patched.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket=NAME)
        yield variables
    server.stop()
