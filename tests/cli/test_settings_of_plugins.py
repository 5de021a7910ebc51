"""A variable that is meant for an active plugin and that none of its settings reads is said, whatever the prefix is."""

import pytest
from pydantic_settings import BaseSettings, SettingsConfigDict

from twinbase_server.cli.environment import UnknownSetting, check_environment


class ShopSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TWINBASE_SHOP_")
    time_zone: str = "Europe/Paris"


class OrchardSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="orchard_")
    time_zone: str = "Europe/Paris"


class BareSettings(BaseSettings):
    """Reads TIME_ZONE: it has no prefix, so nobody can say what is meant for it."""

    time_zone: str = "Europe/Paris"


MODELS = (ShopSettings, OrchardSettings, BareSettings)


@pytest.mark.parametrize("written", ["TWINBASE_SHOP_TIME_ZONE", "ORCHARD_TIME_ZONE", "orchard_time_zone"])
def test_a_setting_that_is_misspelt_is_told_which_is_meant(written: str) -> None:
    check_environment({written: "UTC", "PATH": "/bin", "ORCHARDS": "2", "TIMEZONE": "UTC"}, MODELS)
    with pytest.raises(UnknownSetting, match=f"{written.upper()[:-4]}ZON: is {written.upper()} meant"):
        check_environment({written[:-4] + "zon": "UTC"}, MODELS)


def test_the_variables_of_a_plugin_that_is_not_active_are_left_alone() -> None:
    check_environment({"ORCHARD_TIME_ZON": "UTC"}, (ShopSettings, BareSettings))
