"""What an installation says: where the machines report their sales."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class VendingSettings(BaseSettings):
    """`VENDING_SALES_URL`: the address of the machines' report, a CSV."""

    model_config = SettingsConfigDict(env_prefix="VENDING_")
    sales_url: str = "http://127.0.0.1:9000/sales.csv"
