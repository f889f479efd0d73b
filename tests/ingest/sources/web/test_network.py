"""Who is connected to, and how one knows that it is them."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ingest.errors import PermanentError
from ingest.settings import WebSettings
from ingest.sources.web.errors import AddressRefused
from ingest.sources.web.fetch import Fetcher
from ingest.sources.web.response import Fetched
from tests.fakes.web import Internet, Reply, Site, site, visitor

PUBLIC, OTHER = "93.184.215.14", "93.184.215.15"


def test_loopback_is_refused_by_the_real_network_whatever_it_is_called(server: Site) -> None:
    server.pages["/"] = Reply(b"secret")
    fetcher = Fetcher(WebSettings(pace=0))
    for host in ("localhost", "127.0.0.1", "0x7f.1", "127.0.0.2"):
        with pytest.raises(AddressRefused, match=r"loopback|port"):
            fetcher.fetch(f"http://{host}:{server.port}/")
        with pytest.raises(AddressRefused, match="loopback"):
            fetcher.fetch(f"http://{host}/")
    assert server.requests == []


def test_the_address_that_was_checked_is_the_one_connected_to(server: Site, internet: Internet) -> None:
    server.pages["/"] = Reply(b"public")
    with site() as inner:
        inner.pages["/"] = Reply(b"secret")
        internet.sites["10.0.0.7"] = inner
        # The name service changes its mind between any two questions.
        internet.names["rebinding.example"] = [[PUBLIC], ["10.0.0.7"], [PUBLIC], ["10.0.0.7"]]
        fetcher = visitor(internet)
        for inside in (True, False, True):  # the first connection is for robots.txt
            if inside:
                with pytest.raises(AddressRefused, match=r"rebinding\.example is at 10\.0\.0\.7"):
                    fetcher.fetch("http://rebinding.example/")
            else:
                assert isinstance(fetcher.fetch("http://rebinding.example/"), Fetched)
        assert inner.requests == []
    assert "10.0.0.7" not in {address for address, _ in internet.connected}


def test_a_name_is_asked_for_once_a_connection(server: Site, internet: Internet) -> None:
    server.pages["/"] = Reply(b"public")
    visitor(internet).fetch("http://handbook.example/")
    assert internet.asked == ["handbook.example"] * len(internet.connected)


def test_of_mixed_addresses_only_public_ones_are_tried_in_turn(server: Site, internet: Internet) -> None:
    server.pages["/"] = Reply(b"public")
    internet.names["mixed.example"] = [["10.0.0.7", OTHER, PUBLIC]]  # nobody answers at OTHER
    fetched = visitor(internet).fetch("http://mixed.example/")
    assert isinstance(fetched, Fetched)
    assert [address for address, _ in internet.connected] == [OTHER, PUBLIC] * 2


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1%eth0", "169.254.169.254"])
def test_a_name_that_leads_inside_by_way_of_another_notation_is_refused(internet: Internet, address: str) -> None:
    internet.names["inner.example"] = [[address]]
    with pytest.raises(AddressRefused):
        visitor(internet).fetch("http://inner.example/")
    assert internet.connected == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of handbook.example with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "handbook.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("handbook.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "handbook.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + private)
    return path


def test_a_certificate_is_checked_against_the_name_and_not_the_address(certificate: Path) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    asked: list[str | None] = []
    served.sni_callback = lambda _socket, name, _context: asked.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with site(tls=served) as server:
        internet = Internet()
        internet.host("handbook.example", server)
        internet.host("impostor.example", server)
        server.pages["/"] = Reply(b"public")
        fetcher = visitor(internet, tls=trusting)
        fetched = fetcher.fetch("https://handbook.example/")
        assert isinstance(fetched, Fetched)
        assert fetched.data == b"public"
        with pytest.raises(PermanentError, match=r"certificate of impostor\.example cannot be trusted"):
            fetcher.fetch("https://impostor.example/")
        with pytest.raises(PermanentError, match="SSL_CERT_FILE"):
            visitor(internet).fetch("https://handbook.example/")
        assert set(asked) == {"handbook.example", "impostor.example"}
        assert {r.host for r in server.requests} == {"handbook.example"}
