"""What an OpenID provider says is checked (OpenID Connect Core §3.1.3.7, Discovery §4.3)."""

import base64
import json
from typing import Any

import pytest

from procession.core.values import Values
from procession.errors import SignOnRefused
from procession.sign_on.fetching import ANSWER_BYTES_MAX
from procession.sign_on.provider import Claims
from tests.unit.connectors.servers import answer
from tests.unit.sign_on.forged import ASKED, CLIENT_ID, NOW, Forged, Says, forged, id_token


async def claims(one: Forged, *wanted: str) -> Claims:
    return await one.provider.claims("code", ASKED, wanted)


async def refusal(says: Says, *wanted: str) -> str:
    async with forged(says) as one:
        with pytest.raises(SignOnRefused) as refused:
            await claims(one, *wanted)
    assert refused.value.reason == "server_error"
    return str(refused.value)


async def test_what_a_true_provider_says_is_taken() -> None:
    async with forged(Says(claims={"name": "Ann"})) as one:
        told = await claims(one, "name")

    assert (told["sub"], told["name"]) == ("s-ann", "Ann")
    assert "/userinfo" not in one.asked


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["another", "third"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT_ID, "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": NOW - 61}, "expired"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"iat": NOW + 3_600}, "in the future"),
        ({"iat": None}, "iat"),
        ({"nbf": NOW + 3_600}, "not yet valid"),
        ({"at_hash": "of another access token"}, "at_hash"),
    ],
    ids=str,
)
async def test_a_claim_that_does_not_hold_is_refused(wrong: Values, words: str) -> None:
    assert words in await refusal(Says(claims=wrong))


@pytest.mark.parametrize("right", [{"exp": NOW - 59}, {"iat": NOW + 59}], ids=str)
async def test_clocks_may_differ_by_a_minute(right: Values) -> None:
    async with forged(Says(claims=right)) as one:
        assert (await claims(one))["sub"] == "s-ann"


async def test_a_token_for_us_and_others_says_who_asked_for_it() -> None:
    says = Says(claims={"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID})
    async with forged(says) as one:
        assert (await claims(one))["sub"] == "s-ann"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_signature_that_others_could_make_is_refused(algorithm: str) -> None:
    assert "ID token does not hold" in await refusal(Says(algorithm=algorithm))


async def test_a_key_that_is_not_the_providers_is_refused() -> None:
    assert "ID token does not hold" in await refusal(Says(signed_by="two"))


async def test_a_token_that_was_changed_is_refused() -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"sub": "s-root"}).encode()).decode().strip("=")
    async with forged(Says()) as one:
        head, _, signature = id_token(one).split(".")
        one.says.token = {"id_token": f"{head}.{payload}.{signature}"}
        with pytest.raises(SignOnRefused, match="ID token does not hold"):
            await claims(one)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "....", "\u00e4.\u00f6.\u00fc"])
async def test_a_token_that_is_none_is_refused(token: str) -> None:
    assert "ID token does not hold" in await refusal(Says(token={"id_token": token}))


async def test_without_an_id_token_there_is_no_login() -> None:
    assert "not what OpenID Connect says" in await refusal(Says(token={"id_token": None}))


async def test_new_keys_are_read_once_for_a_token_and_not_again_and_again() -> None:
    async with forged(Says()) as one:
        await claims(one)
        one.says.published = one.says.signed_by, *_ = ("two",)
        await claims(one)
        one.says.signed_by = "three"
        with pytest.raises(SignOnRefused):
            await claims(one)

    assert one.asked.count("/keys") == 3


async def test_keys_and_addresses_are_read_anew_after_an_hour() -> None:
    async with forged(Says()) as one:
        await claims(one)
        one.clock[0] += 3_599
        one.says.claims = {"exp": NOW + 9_000, "iat": NOW + 3_000}
        await claims(one)
        assert one.asked.count("/keys") == 1
        one.clock[0] += 1
        await claims(one)

    assert one.asked.count("/keys") == 2


@pytest.mark.parametrize("keys", [b"[]", b"{}", b'{"keys":7}', b'{"keys":[7]}', b'{"keys":[{}]}'])
async def test_keys_that_are_none_are_refused(keys: bytes) -> None:
    assert await refusal(Says(raw={"/keys": answer(keys)}))


async def test_a_provider_that_calls_itself_otherwise_is_refused() -> None:
    said = await refusal(Says(metadata={"issuer": "https://evil.example"}))

    assert "it calls itself 'https://evil.example'" in said


@pytest.mark.parametrize(
    "name", ["token_endpoint", "jwks_uri", "userinfo_endpoint", "authorization_endpoint"]
)
async def test_an_address_without_tls_is_refused(name: str) -> None:
    assert "without TLS" in await refusal(Says(metadata={name: "http://id.example/x"}))


async def test_an_address_that_is_missing_is_told() -> None:
    assert "token_endpoint" in await refusal(Says(metadata={"token_endpoint": None}))


async def test_userinfo_tells_what_the_id_token_does_not() -> None:
    says = Says(claims={"name": "Ann"}, userinfo={"sub": "s-ann", "email": "a@b", "name": "Eve"})
    async with forged(says) as one:
        told = await claims(one, "name", "email")

    assert (told["name"], told["email"]) == ("Ann", "a@b")


async def test_userinfo_about_somebody_else_is_refused() -> None:
    said = await refusal(Says(userinfo={"sub": "s-eve", "email": "eve@b"}), "email")

    assert "about somebody else" in said


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (answer("x" * (ANSWER_BYTES_MAX + 1)), "more than 1048576 bytes"),
        (answer("<html>"), "did not answer JSON"),
        (answer(b"\xff"), "did not answer JSON"),
        (answer("[" * 100_000), "did not answer JSON"),
        (answer("{}", "302 Found", location="https://evil.example"), "answered 302"),
        (answer('{"error":"invalid_grant"}', "400 Bad Request"), "answered 400 (invalid_grant)"),
        (answer('{"error":"<b>"}', "500 Oh"), "answered 500"),
        (b"nonsense\r\n\r\n", "cannot be reached"),
    ],
)
async def test_an_answer_out_of_bounds_is_told(sent: bytes, words: str) -> None:
    said = await refusal(Says(raw={"/token": sent}))

    assert words in said
    assert "<b>" not in said


async def test_a_provider_that_failed_is_left_alone_for_some_seconds() -> None:
    path = "/.well-known/openid-configuration"
    async with forged(Says(raw={path: answer(status="500 Oh")})) as one:
        for _ in range(3):
            with pytest.raises(SignOnRefused):
                await claims(one)
        assert one.asked == [path]
        one.clock[0] += 5
        one.says.raw.clear()
        assert (await claims(one))["sub"] == "s-ann"


async def test_the_login_asks_with_pkce_state_and_nonce() -> None:
    async with forged(Says()) as one:
        address = await one.provider.address(ASKED)

    query: dict[str, Any] = dict(
        part.split("=", 1) for part in address.partition("?")[2].split("&")
    )
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["code_challenge"] == "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
    assert (query["state"], query["nonce"]) == ("state", "nonce")
    assert ASKED.verifier not in address
