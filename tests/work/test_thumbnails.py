"""A worker makes the thumbnails of pictures that have come, while it does all else."""

from pathlib import Path

import pytest
from tests.server.files.album import key_of, make_image, open_gallery
from tests.work.desk import until, working


async def test_a_worker_draws_what_has_come(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_gallery(database_url, tmp_path) as gallery:
        anna, body = await gallery.carrier("anna"), make_image((700, 700))
        id = await gallery.photo("anna", body)
        assert (await anna.bring(body, "photo", id)).status_code == 204
        monkeypatch.setenv("TWINBASE_FILES", str(gallery.store))

        async def shown() -> bytes | None:
            answer = await anna.http.get(f"files/photo/sha256/{key_of(id)}", params={"preview": "1"})
            return answer.content if answer.status_code == 200 else None

        async with working(database_url, gallery.world.plugins):
            assert (await until(shown, "the thumbnail")).startswith(b"\xff\xd8\xff")
