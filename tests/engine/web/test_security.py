"""Nobody but the studio's own pages may use it: each attack is refused, and none blocks others."""

from __future__ import annotations

import pytest

from engine.web.security import our_hosts
from tests.engine.web.client import Client


def test_our_own_page_may_read_and_others_may_not(client: Client) -> None:
    assert client.ask("/", client.own)[0] == 200
    for change, status in (
        ({"Cookie": ""}, 401),
        ({"Cookie": f"engine_{client.port}=guessed"}, 401),
        ({"Host": f"evil.example:{client.port}"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none", "Origin": "https://evil.example"}, 403),
    ):
        assert client.ask("/", client.own | change)[0] == status, change


def test_what_changes_something_needs_the_page_s_own_token(client: Client) -> None:
    for sent in ({}, {"X-Engine-Request": "guessed"}):
        status, text = client.ask("/jobs/1/stop", client.own | sent, "POST", b"")
        assert (status, text) == (403, "the page is out of date; load it again\n")


def test_a_body_that_is_too_long_is_refused_before_it_is_sent(client: Client) -> None:
    headers = client.own | {"Content-Length": str(2**30), "X-Engine-Request": "guessed"}
    status, text = client.ask("/jobs/1/stop", headers, "POST")
    assert (status, text) == (413, "no more than 16 MB are taken\n")


@pytest.mark.parametrize(
    ("listening", "ours", "others"),
    [
        (
            "127.0.0.1",
            ("127.0.0.1:80", "localhost:80", "[::1]:80"),
            ("10.0.0.2:80", "a.example:80"),
        ),
        ("::", ("10.0.0.2:80", "localhost:80"), ("a.example:80", "10.0.0.2:81", "")),
        ("studio.local", ("studio.local:80", "10.0.0.2:80"), ("evil.studio.local:80", "a@b:80")),
    ],
)
def test_only_addresses_and_the_given_name_are_ours(
    listening: str, ours: tuple[str, ...], others: tuple[str, ...]
) -> None:
    is_ours = our_hosts(listening, 80)
    assert [is_ours(each) for each in ours] == [True] * len(ours)
    assert [is_ours(each) for each in others] == [False] * len(others)
