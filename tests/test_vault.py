"""The vault: standard vectors, envelopes bound to their rows, keys that follow one another, lookups by keyed hash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vault import AES, SM4, Unopenable, Vault, decrypt, encrypt

OLD, NEW = b"an old secret of the office, long", b"the new secret of the office, long"


def hexa(text):
    return bytes.fromhex(text)


# RFC 8998, appendix A.1: SM4-GCM.
KEY = hexa("0123456789ABCDEFFEDCBA9876543210")
NONCE = hexa("00001234567800000000ABCD")
AAD = hexa("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
PLAIN = hexa("AA" * 8 + "BB" * 8 + "CC" * 8 + "DD" * 8 + "EE" * 8 + "FF" * 8 + "EE" * 8 + "AA" * 8)
SEALED = hexa(
    "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
    "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
    "83DE3541E4C2B58177E065A9BF7B62EC"
)


def test_sm4_gcm_gives_the_vector_of_rfc_8998():
    assert encrypt(SM4(KEY), NONCE, PLAIN, AAD) == SEALED
    assert decrypt(SM4(KEY), NONCE, SEALED, AAD) == PLAIN


def test_aes_256_gcm_gives_the_vector_of_its_specification():
    """McGrew and Viega, test case 14: a zero key, a zero nonce, a zero block."""
    sealed = encrypt(AES(bytes(32)), bytes(12), bytes(16), b"")

    assert sealed == hexa("CEA7403D4D606B6E074EC5D3BAF39D18D0D1C8A799996BF0265B98B5D48AB919")


@given(plain=st.binary(max_size=300), aad=st.binary(max_size=40), algorithm=st.sampled_from(["SM4", "AES"]))
def test_what_is_sealed_opens_again(plain, aad, algorithm):
    vault = Vault(NEW, algorithm)

    assert vault.unseal(vault.seal(plain, aad), aad) == plain


@pytest.mark.parametrize("algorithm", ["SM4", "AES"])
def test_an_envelope_moved_to_another_row_does_not_open(algorithm):
    vault = Vault(NEW, algorithm)
    sealed = vault.seal("张三丰".encode(), b"case\x001")

    with pytest.raises(Unopenable):
        vault.unseal(sealed, b"case\x002")


@given(place=st.integers(min_value=0, max_value=60), bit=st.integers(min_value=0, max_value=7))
def test_an_envelope_with_one_bit_turned_does_not_open(place, bit):
    vault = Vault(NEW)
    sealed = bytearray(vault.seal(b"a telephone number, invented", b""))
    sealed[place] ^= 1 << bit

    with pytest.raises(Unopenable):
        vault.unseal(bytes(sealed), b"")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x01" + bytes(15), bytes(80)])
def test_what_is_no_envelope_is_refused(sealed):
    with pytest.raises(Unopenable):
        Vault(NEW).unseal(sealed, b"")


def test_the_same_words_sealed_twice_look_different():
    vault = Vault(NEW)

    assert vault.seal(b"13800000000", b"") != vault.seal(b"13800000000", b"")


def test_a_new_secret_opens_what_a_former_one_sealed():
    sealed = Vault(OLD, "AES").seal(b"words", b"row")

    assert Vault(NEW, "SM4", former=[OLD]).unseal(sealed, b"row") == b"words"
    with pytest.raises(Unopenable):
        Vault(NEW).unseal(sealed, b"row")


def test_a_value_blinded_under_a_former_secret_is_still_found():
    vault = Vault(NEW, former=[OLD])

    assert Vault(OLD).blind("phone", "13800000000") in vault.blinds("phone", "13800000000")
    assert vault.blinds("phone", "13800000000")[0] == vault.blind("phone", "13800000000")


def test_keyed_hashes_stay_when_the_cipher_is_changed():
    assert Vault(NEW, "SM4").blind("phone", "13800000000") == Vault(NEW, "AES").blind("phone", "13800000000")


def test_the_same_value_of_another_kind_has_another_hash():
    vault = Vault(NEW)

    assert vault.blind("phone", "13800000000") != vault.blind("contact", "13800000000")


def test_a_signature_holds_for_its_words_and_its_key_only():
    signature = Vault(OLD).sign(b"words")

    assert Vault(NEW, former=[OLD]).holds(b"words", signature)
    assert not Vault(OLD).holds(b"other words", signature)
    assert not Vault(NEW).holds(b"words", signature)
    assert not Vault(OLD).holds(b"words", "nonsense")


def test_a_guessable_secret_is_refused():
    with pytest.raises(ValueError, match="at least 16"):
        Vault(b"short")


def test_an_unknown_algorithm_is_refused():
    with pytest.raises(ValueError, match="SM4"):
        Vault(NEW, "DES")
