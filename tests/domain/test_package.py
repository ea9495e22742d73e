"""The papers of a package say what left, to whom and by whose decision, and name nobody."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.canonical import digest
from domain.package import DecidedBy, certificate, manifest_of, watermark
from domain.people import Role

RECORDS: dict[str, object] = {"name": "SYNTHETIC", "email": "walker@example.org"}


def test_a_manifest_names_every_item_in_order_with_the_hash_of_its_value() -> None:
    manifest = manifest_of(RECORDS)
    assert [(each.item, each.sha256) for each in manifest.items] == [
        ("email", digest("walker@example.org")),
        ("name", digest("SYNTHETIC")),
    ]
    assert manifest_of(dict(reversed(RECORDS.items()))).sha256 == manifest.sha256
    assert manifest_of({**RECORDS, "name": "synthetic"}).sha256 != manifest.sha256


def test_a_certificate_says_what_when_and_by_whose_decision_and_holds_no_value() -> None:
    manifest = manifest_of(RECORDS)
    at = datetime(2031, 1, 1, 12, tzinfo=UTC)
    decided = (
        DecidedBy(roles=(Role.LEGAL,), at=at, statement="1" * 64),
        DecidedBy(roles=(Role.DUTY_MANAGER,), at=at, statement="2" * 64),
    )
    text = certificate(
        case="EDR-SYNTHETIC",
        package="f" * 32,
        agency="agency-northfield",
        basis="us-2702-c4",
        made_at=at,
        manifest=manifest,
        decided=decided,
    )
    wanted = ["EDR-SYNTHETIC", "f" * 32, "agency-northfield", "us-2702-c4", at.isoformat(), manifest.sha256]
    wanted += [each.sha256 for each in manifest.items] + ["legal-counsel", "duty-manager", "1" * 64, "2" * 64]
    assert not [each for each in wanted if each not in text]
    assert "SYNTHETIC\n" not in text.replace("EDR-SYNTHETIC", "")
    assert "walker" not in text
    assert "Drill" not in text


def test_a_watermark_is_made_of_ids_alone() -> None:
    assert watermark("EDR-1", "agency-northfield", "f" * 4) == "EDR-1 / agency-northfield / ffff"
