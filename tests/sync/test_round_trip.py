"""What a technician types reaches the office, and what the office changes reaches the technician."""

from uuid import uuid4

from tests.sync.shop import Job, Product

from twinbase.testing import World


async def test_a_new_device_gets_what_it_may_see_and_the_proof(world: World) -> None:
    await world.sql("INSERT INTO workshop.product (id, name, price) VALUES (1, 'pipe', 12.50), (2, 'valve', NULL)")
    await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'anna', 'boiler', NULL, 0, false)")
    await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'bob', 'heat pump', NULL, 0, false)")
    anna = await world.device("anna", claims={"lead": "anna"})

    report = await anna.sync()

    assert [product.name for product in await anna.all(Product)] == ["pipe", "valve"]
    assert [job.title for job in await anna.all(Job)] == ["boiler"]
    assert report.is_proven and set(report.proven) == {"product", "job", "part"}


async def test_what_is_typed_reaches_the_server_and_changes_there_come_back(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    job = Job(lead="anna", title="boiler")
    await anna.save(job)

    pushed = await anna.sync()
    await world.sql("UPDATE workshop.job SET title = 'new boiler'")
    pulled = await anna.sync()

    assert pushed.outcomes == {"applied": 1}
    assert pulled.pulled == 1 and pulled.is_proven
    assert [row.title for row in await anna.all(Job)] == ["new boiler"]
