"""Settings: every error at once, safe defaults, and no way to serve cookies in clear away from this machine."""

from pathlib import Path

import pytest

from webapp.config import Mode, Settings, SettingsError, load_settings

KEY = "k" * 48


def load(tmp_path: Path, **environ: str) -> Settings:
    return load_settings({"DATA_DIR": str(tmp_path), **environ})


def errors(tmp_path: Path, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **environ)
    return caught.value.errors


def test_without_settings_it_is_a_demonstration_on_this_machine(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.mode is Mode.DEMONSTRATION
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path / 'guichet.db'}"
    assert not settings.secure_cookies


def test_every_wrong_setting_is_reported_at_once(tmp_path: Path) -> None:
    found = errors(
        tmp_path,
        GUICHET_MODE="demo",
        PORT="0",
        WEB_WORKERS="beaucoup",
        DATABASE_URL="mysql://x/y",
        MAIL_URL="http://mail",
        TRUSTED_HOSTS="https://a.fr",
        SECRET_KEY="court",
    )
    names = {sentence.split(":")[0] for sentence in found}
    assert names == {"GUICHET_MODE", "PORT", "WEB_WORKERS", "DATABASE_URL", "MAIL_URL", "TRUSTED_HOSTS", "SECRET_KEY"}


def test_the_demonstration_key_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 48
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_production_needs_a_key(tmp_path: Path) -> None:
    assert any(sentence.startswith("SECRET_KEY: required") for sentence in errors(tmp_path, GUICHET_MODE="production"))
    assert load(tmp_path, GUICHET_MODE="production", SECRET_KEY=KEY).mode is Mode.PRODUCTION


def test_away_from_loopback_only_https_is_accepted(tmp_path: Path) -> None:
    assert any(sentence.startswith("PUBLIC_URL") for sentence in errors(tmp_path, HOST="0.0.0.0", SECRET_KEY=KEY))
    assert any(sentence.startswith("PUBLIC_URL") for sentence in errors(tmp_path, PUBLIC_URL="http://guichet.example.fr", SECRET_KEY=KEY))
    settings = load(tmp_path, HOST="0.0.0.0", PUBLIC_URL="https://guichet.example.fr/", SECRET_KEY=KEY)
    assert settings.secure_cookies
    assert settings.mode is Mode.PRODUCTION
    assert settings.trusted_hosts == ("guichet.example.fr",)


@pytest.mark.parametrize("url", ["guichet.example.fr", "https://", "https://a.fr/sous/dossier", "ftp://a.fr", "https://a.fr?x=1"])
def test_a_public_address_is_a_scheme_and_a_host(tmp_path: Path, url: str) -> None:
    assert any(sentence.startswith("PUBLIC_URL") for sentence in errors(tmp_path, PUBLIC_URL=url, SECRET_KEY=KEY))


@pytest.mark.parametrize("value", ["-1", "1.5", "٣", "0x10", "99999999"])
def test_a_number_is_a_plain_whole_number_in_range(tmp_path: Path, value: str) -> None:
    assert any(sentence.startswith("PORT") for sentence in errors(tmp_path, PORT=value))


def test_postgresql_means_psycopg_3(tmp_path: Path) -> None:
    assert load(tmp_path, DATABASE_URL="postgresql://u@h/d").database_url == "postgresql+psycopg://u@h/d"
