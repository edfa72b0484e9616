"""One file per red flag, and the explicit list of them, in the order of the catalog."""

from __future__ import annotations

from monitor.red_flag import RedFlag
from monitor.red_flags import (
    address_is_listed,
    business_does_not_fit_goods,
    description_vague_for_value,
    first_bought_after_controls,
    forwarder_is_final_consignee,
    goods_change_on_the_way,
    goods_may_have_reached_restricted_end,
    group_buys_more_than_it_needs,
    headquartered_under_arms_embargo,
    leaves_declared_end_user,
    license_not_on_record,
    new_company_bought_controlled_goods,
    owned_half_by_listed,
    paid_from_arms_embargoed_country,
    party_is_listed,
    passes_goods_straight_on,
    payer_is_third_party,
    resembles_successor_of_listed,
    shares_address_with_listed,
    site_lacks_power,
    was_listed_afterwards,
)

FLAGS: tuple[RedFlag, ...] = (
    party_is_listed.FLAG,
    address_is_listed.FLAG,
    shares_address_with_listed.FLAG,
    owned_half_by_listed.FLAG,
    headquartered_under_arms_embargo.FLAG,
    resembles_successor_of_listed.FLAG,
    new_company_bought_controlled_goods.FLAG,
    business_does_not_fit_goods.FLAG,
    license_not_on_record.FLAG,
    goods_change_on_the_way.FLAG,
    description_vague_for_value.FLAG,
    forwarder_is_final_consignee.FLAG,
    leaves_declared_end_user.FLAG,
    passes_goods_straight_on.FLAG,
    first_bought_after_controls.FLAG,
    was_listed_afterwards.FLAG,
    payer_is_third_party.FLAG,
    paid_from_arms_embargoed_country.FLAG,
    site_lacks_power.FLAG,
    goods_may_have_reached_restricted_end.FLAG,
    group_buys_more_than_it_needs.FLAG,
)
