"""What a push writes, and what it answers."""

from uuid import uuid4

from tests.server.accept.workshop import Server, a_job, inserted, job, only, statuses


async def test_a_new_row_is_written_and_the_number_that_postgresql_gave_comes_back(server: Server) -> None:
    ana, id = await server.person(), uuid4()
    ana.transaction(job(id, ana.person, price="12.50"))
    outcome = await only(ana)
    row = await server.row("job", id=id)
    assert row is not None
    assert (row["title"], str(row["price"]), row["number"]) == ("Boiler", "12.50", 100)
    assert outcome.status == "applied" and outcome.attributes["number"] == 100


async def test_a_part_before_its_job_in_one_local_transaction_is_written(server: Server) -> None:
    ana, id, part = await server.person(), uuid4(), uuid4()
    ana.transaction(inserted("part", part, job_id=id, position=1, name="Valve"), job(id, ana.person))
    assert await statuses(ana) == ["applied", "applied"]
    assert await server.row("part", id=part) is not None


async def test_an_update_of_the_version_that_was_read_is_written(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    ana.update("job", id, {"report": None}, await server.version("job", id=id), report="Descaled.")
    assert (await only(ana)).status == "applied"
    row = await server.row("job", id=id)
    assert row is not None and row["report"] == "Descaled."


async def test_three_offline_edits_of_one_row_in_three_transactions_are_no_conflict_with_oneself(
    server: Server,
) -> None:
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    for old, new in [("Boiler", "Boiler 1"), ("Boiler 1", "Boiler 2"), ("Boiler 2", "Boiler 3")]:
        ana.update("job", id, {"title": old}, base, title=new)
    assert await statuses(ana) == ["applied"] * 3
    ana.update(
        "job", id, {"title": "Boiler 3"}, base, title="Boiler 4"
    )  # before any pull: the base is still the old one
    assert (await only(ana)).status == "applied"
    row = await server.row("job", id=id)
    assert row is not None and row["title"] == "Boiler 4"


async def test_a_row_made_offline_is_edited_in_a_later_batch_before_any_pull(server: Server) -> None:
    ana, id = await server.person(), uuid4()
    ana.insert("rule", id, text="one", other="")
    await ana.push()
    ana.update("rule", id, {"text": "one"}, None, text="two")
    assert (await only(ana)).status == "applied"
    ana.delete("rule", id, {"id": str(id), "text": "two", "other": ""}, None)
    assert (await only(ana)).status == "applied"
    assert await server.row("rule", id=id) is None


async def test_insert_update_and_delete_of_one_row_in_one_batch_leave_nothing(server: Server) -> None:
    ana, id = await server.person(), uuid4()
    ana.insert("rule", id, text="one", other="")
    ana.update("rule", id, {"text": "one"}, None, text="two")
    ana.delete("rule", id, {"text": "two"}, None)
    assert await statuses(ana) == ["applied"] * 3
    assert await server.row("rule", id=id) is None


async def test_a_row_that_is_deleted_and_made_again_in_one_batch_is_a_new_row(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana, office="secret")
    ana.delete("job", id, {"title": "Boiler"}, await server.version("job", id=id))
    ana.transaction(job(id, ana.person, title="New"))
    assert await statuses(ana) == ["applied", "applied"]
    row = await server.row("job", id=id)
    assert row is not None and (row["title"], row["office"]) == ("New", None)


async def test_deleting_what_is_gone_already_is_applied(server: Server) -> None:
    ana = await server.person()
    ana.delete("rule", uuid4(), {"text": "x"}, 4)
    assert (await only(ana)).status == "applied"


async def test_inserting_what_is_there_already_with_the_same_content_is_applied(server: Server) -> None:
    ana, id = await server.person(), uuid4()
    ana.insert("rule", id, text="x", other="")
    ana.insert("rule", id, text="x", other="")
    assert await statuses(ana) == ["applied", "applied"]


async def test_keys_of_several_columns_and_kinds_are_found(server: Server) -> None:
    ana = await server.person()
    ana.insert("stock", ("van", 7), place="van", article=7, amount=3)
    ana.update("stock", ("van", 7), {"amount": 3}, None, amount=5)
    assert await statuses(ana) == ["applied", "applied"]
    assert await server.row("stock", place="van", article=7) == {"place": "van", "article": 7, "amount": 5}
