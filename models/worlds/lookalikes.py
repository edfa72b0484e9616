"""Honest look-alikes: what resembles a scheme on its face and is not one, beside each scheme."""

from __future__ import annotations

from collections.abc import Callable

from models.worlds.goods import BOARD_H100, BOARD_L40S, ORDINARY, SERVER_B200, SERVER_H100, SERVER_H200
from models.worlds.ledger import Ledger


def parts_really_are_parts(to: Ledger) -> None:
    """A data center that bought servers sends cheap computer parts to Hong Kong."""
    operator, customer = to.company("MY", trade="Hosting"), to.company("HK", trade="Spares")
    to.site(operator, 3.0)
    to.ship("2024-04-11", to.mine, operator, SERVER_H100, 25, paid_by=operator)
    to.ship("2024-05-20", operator, customer, ORDINARY[5], 40, as_written="computer parts", hs_code="847330", eccn="")
    to.honest("relabeled_through_forwarder", operator, customer)


def licensed_sale_to_hong_kong(to: Ledger) -> None:
    """A sale that needed a license has one on record."""
    buyer = to.company("HK", trade="Exchange Systems")
    to.ship("2024-07-09", to.mine, buyer, SERVER_H100, 4, license="D1204417", paid_by=buyer)
    to.honest("relabeled_through_forwarder", buyer)


def distributor_sells_in_region(to: Ledger) -> None:
    """An authorized distributor passes boards on at once, to a named end user in a free destination."""
    distributor, user = (
        to.company("SG", trade="Distribution", incorporated_on="2003-03-03"),
        to.company("AU", trade="Genomics"),
    )
    to.rows["authorized_distributors"].append(
        {"party_name": distributor.name, "party_country": "SG", "territory": "", "from_on": "2019-01-01"}
    )
    to.site(user, 1.5)
    to.ship("2024-09-04", to.mine, distributor, BOARD_H100, 64, paid_by=distributor)
    to.ship(
        "2024-09-20", distributor, user, BOARD_H100, 64, end_user_name=user.name, end_user_country="AU", paid_by=user
    )
    to.honest("passed_on_by_two_traders", distributor, user)


def returned_for_repair(to: Ledger) -> None:
    """Servers go back to the maker's repair center and come again."""
    operator, repair = to.company("KR", trade="Cloud"), to.company("TW", trade="Repair Center")
    to.site(operator, 2.0)
    to.ship("2024-03-05", to.mine, operator, SERVER_H100, 16, paid_by=operator)
    to.ship("2024-08-06", operator, repair, SERVER_H100, 3, kind="repair")
    to.ship("2024-09-06", repair, operator, SERVER_H100, 3, kind="return")
    to.honest("passed_on_by_two_traders", operator, repair)


def tenant_of_a_serviced_office(to: Ledger) -> None:
    """Thirty firms share one office address; one of them buys servers for its hall elsewhere."""
    address = "Level 21, Tower B, 500 Tampoi Crescent, Singapore"
    tenants = [to.company("SG", address=address) for _ in range(30)]
    to.site(tenants[0], 2.5)
    to.ship("2025-04-15", to.mine, tenants[0], SERVER_H100, 18, paid_by=tenants[0])
    to.honest("successor_after_listing", tenants[0])


def minority_owner_is_not_listed(to: Ledger) -> None:
    """A buyer with two owners, none of them listed, one of them a namesake of a listed group in another country."""
    owner, other, buyer = (
        to.company("JP", trade="Holding"),
        to.company("FR", trade="Invest"),
        to.company("TH", trade="Compute"),
    )
    to.own(owner, buyer, 49, "2020-01-01")
    to.own(other, buyer, 51, "2020-01-01")
    to.site(buyer, 3.0)
    to.ship("2025-10-12", to.mine, buyer, SERVER_H200, 22, paid_by=buyer)
    to.honest("owned_by_two_listed_owners", buyer)


def subsidiary_of_free_group(to: Ledger) -> None:
    """A subsidiary of a group headquartered in Japan buys for its hall."""
    parent, buyer = to.company("JP", trade="Electric", headquarters_country="JP"), to.company("MY", trade="Digital")
    to.own(parent, buyer, 100, "2016-06-01")
    to.site(buyer, 8.0)
    to.ship("2025-03-11", to.mine, buyer, SERVER_B200, 50, paid_by=buyer)
    to.honest("subsidiary_of_embargoed_group", buyer)


def other_floor_of_the_building(to: Ledger) -> None:
    """A wholesaler of monitors sits in another unit of a building in which one unit is listed."""
    neighbor = to.company(
        "HK", trade="Displays", address="Unit 508, 5/F Golden Heron Centre, 88 Tai Lam Street, Kowloon"
    )
    seller = to.company("TW", trade="Panels")
    to.ship("2024-10-23", seller, neighbor, ORDINARY[3], 400, paid_by=neighbor)
    to.honest("listed_address_in_hong_kong", neighbor)


def realtor_buys_laptops(to: Ledger) -> None:
    """A real estate agency buys laptops and two graphics boards for its renderings."""
    realtor = to.company("US", trade="Homes", industry="real estate agency", employees=40)
    to.ship("2024-10-20", to.mine, realtor, ORDINARY[0], 60, paid_by=realtor)
    to.ship("2024-10-22", to.mine, realtor, BOARD_L40S, 2, paid_by=realtor)
    to.honest("realtor_buys_servers", realtor)


def importer_keeps_what_it_buys(to: Ledger) -> None:
    """An importer in India takes servers in month by month, and only laptops leave."""
    operator, customer = to.company("IN", trade="Data Centers"), to.company("KZ", trade="Office")
    to.site(operator, 6.0)
    for month in (4, 5, 6, 7):
        to.ship(f"2025-{month:02}-05", to.mine, operator, SERVER_H100, 22, paid_by=operator)
        to.ship(f"2025-{month:02}-24", operator, customer, ORDINARY[0], 25)
    to.honest("mirror_flow_through_pharma", operator, customer)


def young_firm_with_power(to: Ledger) -> None:
    """A young cloud firm buys a lot and has the halls for it; its parent pays."""
    parent = to.company("FR", trade="Telecom", incorporated_on="1999-01-01")
    buyer = to.company("ID", trade="Cloud", incorporated_on="2023-01-10")
    to.own(parent, buyer, 100, "2023-01-10")
    to.site(buyer, 14.0)
    for month in (6, 8, 10):
        to.ship(f"2025-{month:02}-12", to.mine, buyer, SERVER_B200, 45, paid_by=parent)
    to.honest("hall_without_power", buyer)


LOOKALIKES: tuple[Callable[[Ledger], None], ...] = (
    parts_really_are_parts,
    licensed_sale_to_hong_kong,
    distributor_sells_in_region,
    returned_for_repair,
    tenant_of_a_serviced_office,
    minority_owner_is_not_listed,
    subsidiary_of_free_group,
    other_floor_of_the_building,
    realtor_buys_laptops,
    importer_keeps_what_it_buys,
    young_firm_with_power,
)
