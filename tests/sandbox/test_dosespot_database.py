"""What DoseSpot's stand-in keeps on disk, and what it never writes there."""

from pathlib import Path

from deploy.sandbox.dosespot.app import create_app
from tests.sandbox.served_dosespot import IDENTITY, Clock, Sandbox, Slot


def test_nothing_of_an_identity_or_a_pin_is_stored(slot: Slot, tmp_path: Path) -> None:
    database = tmp_path / "dosespot.sqlite"
    slot.app = create_app(str(database), Clock())
    sandbox = Sandbox(slot.url, slot.app, Clock(), slot.session)
    _, own = sandbox.consented()
    secret = {"SocialSecurityNumber": "000-12-3456", "CreditCardNumber": "4000123412341234"}
    sandbox.call("POST", "clinicians/idp", {**IDENTITY, **secret}, own)
    sandbox.call("POST", "clinicians/pin", {"PIN": "73737373"}, own)
    slot.app.close()
    content = database.read_bytes()
    secrets = (b"000-12-3456", b"4000123412341234", b"73737373", b"12 Elm St", b"1980-05-15")
    assert [each for each in secrets if each in content] == []


def test_a_restart_loses_nothing(slot: Slot, tmp_path: Path) -> None:
    database, clock = str(tmp_path / "dosespot.sqlite"), Clock()
    slot.app = first = create_app(database, clock)
    sandbox = Sandbox(slot.url, first, clock, slot.session)
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.switch(misspelled_status=True)
    everybody = sandbox.control("GET", "clinicians").json()
    first.close()

    slot.app = again = create_app(database, clock)
    assert (again.clinic_id, again.clinic_key, again.subscription_key) == (
        first.clinic_id,
        first.clinic_key,
        first.subscription_key,
    )
    assert sandbox.status(jane) == "RegistrationSuccess"
    assert sandbox.control("GET", "clinicians").json() == everybody
    assert sandbox.control("GET", "switches").json()["misspelled_status"] is True
    assert sandbox.create(NPINumber="1558598797", Email="john@example.com") == jane + 1
    again.close()


def test_two_databases_have_keys_of_their_own() -> None:
    apps = [create_app(), create_app()]
    assert len({app.clinic_key for app in apps} | {app.subscription_key for app in apps}) == 4
    for app in apps:
        app.close()
