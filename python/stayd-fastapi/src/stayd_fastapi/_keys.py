"""Public keys of the server, and the keys that are derived from the shared secret. A key has one algorithm, whatever a token says."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ._base64 import decode_url, encode_url

MAX_KEYS = 64
"""Most keys that are taken from a set."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key that access tokens are checked with."""

    algorithm: str
    verifies: Callable[[bytes, bytes], bool]


def public_keys(jwks: object) -> dict[str, TokenKey] | None:
    """The keys of a JWKS. Those of other types and for other uses are passed over; a symmetric key is never taken from one."""
    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(listed, list):
        return None
    keys: dict[str, TokenKey] = {}
    for jwk in listed[:MAX_KEYS]:
        key = _public_key(jwk) if isinstance(jwk, dict) and jwk.get("use", "sig") == "sig" else None
        kid = jwk.get("kid") if key else None
        if key and isinstance(kid, str) and kid and jwk.get("alg", key.algorithm) == key.algorithm:
            keys.setdefault(kid, key)
    return keys


def _public_key(jwk: Mapping[str, Any]) -> TokenKey | None:
    x, y = _coordinate(jwk.get("x")), _coordinate(jwk.get("y"))
    try:
        match (jwk.get("kty"), jwk.get("crv")):
            case ("OKP", "Ed25519") if x:
                return _ed25519(Ed25519PublicKey.from_public_bytes(x))
            case ("EC", "P-256") if x and y:
                return _p256(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b"\4" + x + y))
    except ValueError:
        pass
    return None


def _coordinate(text: object) -> bytes | None:
    data = decode_url(text) if isinstance(text, str) else None
    return data if data is not None and len(data) == 32 else None


def _ed25519(key: Ed25519PublicKey) -> TokenKey:
    return TokenKey("EdDSA", lambda covered, signature: _passes(lambda: key.verify(signature, covered)))


def _p256(key: EllipticCurvePublicKey) -> TokenKey:
    def verifies(covered: bytes, signature: bytes) -> bool:
        if len(signature) != 64:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        return _passes(lambda: key.verify(encode_dss_signature(r, s), covered, ECDSA(SHA256())))

    return TokenKey("ES256", verifies)


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except InvalidSignature:
        return False
    return True


def shared_keys(secrets: Iterable[str], issuer: str) -> dict[str, TokenKey]:
    """The keys of HS256 under each secret, for the tokens of one issuer: HKDF-SHA-256 with the salt `stayd` and the info
    `access token ISSUER`, so that two deployments with one secret cannot read each other's tokens."""
    keys: dict[str, TokenKey] = {}
    for secret in secrets:
        info = f"access token {issuer}".encode()
        key = HKDF(algorithm=SHA256(), length=32, salt=b"stayd", info=info).derive(secret.encode())
        keys[encode_url(mac(key, b"id of this key")[:16])] = _shared(key)
    return keys


def _shared(key: bytes) -> TokenKey:
    return TokenKey("HS256", lambda covered, signature: hmac.compare_digest(mac(key, covered), signature))


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256."""
    return hmac.digest(key, message, hashlib.sha256)
