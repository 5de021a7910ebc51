"""The reference and the parts of plugins hold each setting with its default, and each metric with its labels."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics import MetricWrapperBase
from pydantic_core import PydanticUndefined, to_jsonable_python
from pydantic_settings import BaseSettings

from twinbase_ebp.settings import EbpSettings
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_openid.settings import OpenIdSettings
from twinbase_server.metrics import Metrics
from twinbase_server.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference"
SECTIONS: Mapping[tuple[str, str], type[BaseSettings]] = {
    ("reference/settings.md", "The server"): Settings,
    ("plugins/ebp.md", "Settings"): EbpSettings,
    ("plugins/ninjaone.md", "Settings"): NinjaOneSettings,
    ("plugins/openid.md", "Settings"): OpenIdSettings,
}


def documented(page: str, heading: str) -> dict[str, str]:
    """The variables of one section of the page and their defaults."""
    section = (DOCS / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\| \S.*\|$", section, re.MULTILINE))


def shown(default: Any) -> str:
    if default is PydanticUndefined:
        return "must be set"
    plain = to_jsonable_python(default)
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return f"`{text}`" if text else ""


@pytest.mark.parametrize(("page", "heading"), SECTIONS)
def test_every_setting_stands_on_the_page_with_its_default(page: str, heading: str) -> None:
    model = SECTIONS[page, heading]
    prefix = model.model_config.get("env_prefix", "")
    wanted = {f"{prefix}{name}".upper(): shown(field.default) for name, field in model.model_fields.items()}
    assert {name: default.strip() for name, default in documented(page, heading).items()} == wanted


def test_every_metric_stands_on_the_page_with_its_type_and_labels() -> None:
    page = (REFERENCE / "metrics.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) ?\| \S.*\|$", page, re.MULTILINE)
    listed = {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    metrics = [metric for metric in metrics_of(Metrics()) if isinstance(metric, MetricWrapperBase)]
    assert listed == {m._name: (m._type, m._labelnames) for m in metrics}


def metrics_of(metrics: Metrics) -> list[Any]:
    return [*vars(metrics).values(), *metrics._ages.values()]
