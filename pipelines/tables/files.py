"""The contract of files in: what a user may hand over, column by column.

A `party` column is spelled flat in a file (`shipper_name`, `shipper_country`, …); in the graph it is one party id.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.tables.column import Table, flat, table

SHIPMENTS = table(
    "shipments",
    "one movement of goods, one line of goods",
    """
    id!                    text    the source's own id of the movement
    kind                   text    sale, export, reexport, import, transfer, return or repair
    ordered_on             date    day of the order
    shipped_on!            date    day of departure
    arrived_on             date    day of arrival at the ultimate consignee
    shipper!               party   who sends
    consignee!             party   ultimate consignee
    intermediate_consignee party   who receives on behalf of the consignee
    purchaser              party   who buys
    end_user               party   who is named as using the goods
    forwarder              party   freight forwarder
    notify_party           party   who is told of the arrival
    origin_country         country where the goods leave
    destination_country    country where they are declared to end
    via                    list    countries passed, each CC or CC@from/until
    port_of_lading         text    port of departure
    port_of_unlading       text    port of arrival
    mode                   text    air, sea, road, rail, courier or mail
    item!                  text    model, SKU or description as written
    hs_code                text    Harmonized System code, digits only
    eccn                   text    export control classification number as declared
    quantity!              number  count of `unit`, not negative
    unit                   text    piece (when empty), set, rack, chip, kg, carton …
    weight_kg              number  gross weight of the line in kg
    value                  number  total of the line in `currency`
    currency               text    ISO 4217 code, USD when empty
    license                text    license number, exception symbol or NLR as claimed
    delivery_address       text    where the goods are delivered
    order_id               text    the order it fulfills
    invoice_number         text    the invoice it is on
    bill_of_lading         text    the transport document it is on
    filing_number          text    the export or import filing it is on
    serial_numbers         list    serial numbers of the units
    declared_end_use       text    end use as declared
    routed_export          bool    whether the foreign party chose the forwarder
""",
)

ORDERS = table(
    "orders",
    "one version of one order",
    """
    id!                 text    order id
    version_on!         date    day from which this version holds
    consignee           party   ultimate consignee
    end_user            party   named end user
    destination_country country declared destination
    item                text    model, SKU or description
    quantity            number  count of pieces
    value               number  total in USD
    payer               party   who is to pay
""",
)

LICENSES = table(
    "licenses",
    "one export license",
    """
    number!    text   license number
    type       text   kind of authorization
    licensee   party  who holds it
    consignee  party  authorized consignee
    end_user   party  authorized end user
    eccn       text   authorized classification
    quantity   number authorized pieces
    value      number authorized total in USD
    from_on    date   first day it may be used
    until_on   date   last day it may be used
    conditions text   conditions as written
""",
)

AUTHORIZED_DISTRIBUTORS = table(
    "authorized_distributors",
    "one authorization the user granted",
    """
    party!    party  the distributor
    territory list   countries, empty for everywhere
    from_on   date   first day
    until_on  date   last day
""",
)

SERVICE = table(
    "service",
    "one event in the life of a unit",
    """
    serial_number text    serial number of the unit
    order_id      text    order it came with
    event!        text    repair, warranty, activation, log-in or declined
    on!           date    day of the event
    country       country where it was asked from
    requester     party   who asked
""",
)

ITEMS = table(
    "items",
    "one article of the user's catalog",
    """
    id!            text   SKU or part number
    name           text   name of the article
    model          text   model it is or contains
    chips_per_unit number accelerators in one unit
    eccn           text   export control classification number
    hs_code        text   Harmonized System code
    maker          text   manufacturer
""",
)

PAYMENTS = table(
    "payments",
    "one payment",
    """
    id!                text    the source's own id
    payer!             party   who pays
    payee!             party   who is paid
    payer_bank_name    text    bank of the payer
    payer_bank_country country its country
    remitter           party   who sends the money on behalf of the payer
    issuing_bank       party   bank that issued the letter of credit
    paid_on!           date    day of payment
    amount!            number  amount in `currency`, not negative
    currency           text    ISO 4217 code, USD when empty
    order_id           text    the order it pays
    method             text    wire, letter of credit, cash, card, crypto …
""",
)

PARTIES = table(
    "parties",
    "what one source says of one party",
    """
    id!                  text    the source's own id of the party
    name!                text    name
    aliases              list    other names
    kind                 text    organization (when empty), person or vessel
    country              country where it is registered
    headquarters_country country where its headquarters are, as stated
    address              text    address
    phone                text    phone number
    email                text    e-mail address
    website              text    web site
    domain_created_on    date    day the web domain was registered
    registration_number  text    number in the company register
    lei                  text    Legal Entity Identifier
    industry             text    line of business, as written or as a code
    roles                list    what it is to the user: customer, forwarder, bank …
    incorporated_on      date    day of incorporation
    dissolved_on         date    day of dissolution
    status               text    active, dormant, dissolved …
    employees            number  head count
    revenue              number  yearly revenue in USD
    paid_in_capital      number  paid-in capital in USD
""",
)

OWNERSHIP = table(
    "ownership",
    "one interest of an owner in an owned party",
    """
    owner!         party  who owns
    owned!         party  who is owned
    share_min      number percent, lower end
    share_max      number percent, upper end
    share_min_open bool   whether the lower end itself is excluded
    share_max_open bool   whether the upper end itself is excluded
    interest       text   BODS interest type, shareholding when empty
    from_on        date   first day
    until_on       date   last day
    directness     text   direct or indirect, as stated
    details        text   what the register calls the interest
""",
)

OFFICERS = table(
    "officers",
    "one office of one person",
    """
    party!      party  where the office is held
    person_name! text  name of the person
    person_id   text   identifier of the person
    birth_date  text   birth date, as far as known (YYYY, YYYY-MM or YYYY-MM-DD)
    city        text   city of residence
    role        text   director, secretary …
    from_on     date   first day
    until_on    date   last day
""",
)

SITES = table(
    "sites",
    "one data center",
    """
    id!             text    the source's own id
    name!           text    name
    operator!       party   who operates it
    country         country where it stands
    address         text    its address
    megawatts       number  IT load it can supply, MW
    rack_kilowatts  number  power of one rack, kW
    liquid_cooled   bool    whether it has liquid cooling
    opened_on       date    day it opened
""",
)

TENANCIES = table(
    "tenancies",
    "one tenant of one site",
    """
    site!     text   id of the site
    tenant!   party  who rents
    from_on   date   first day
    until_on  date   last day
    megawatts number IT load rented, MW
""",
)

INSTALLATIONS = table(
    "installations",
    "units seen at a site",
    """
    serial_number text   serial number seen
    item          text   model seen
    quantity      number pieces seen
    site!         text   id of the site
    seen_on       date   day seen
    seen_by       text   inspection, telemetry or sighting
""",
)

STOCK = table(
    "stock",
    "units counted at a party",
    """
    party!      party  who holds them
    item!       text   model
    quantity!   number pieces counted
    counted_on! date   day of the count
""",
)

ATTESTATIONS = table(
    "attestations",
    "one answer to one question",
    """
    party!     party  who answered
    question!  text   id of a questionnaire item
    answer!    text   yes, no or refused
    given_on   date   day of the answer
    expires_on date   last day it holds
""",
)

LISTINGS = table(
    "listings",
    "one entry of a restricted-party list",
    """
    list!        text    name of the list
    name         text    name of the entry; empty for an address-only entry
    aliases      list    other names
    kind         text    entity, person, vessel, aircraft or address
    country      list    countries of the entry
    addresses    list    addresses of the entry
    identifiers  list    registration numbers, LEIs and the like
    published_on date    publication of the notice that first listed it
    effective_on date    day it took effect, when another
    amended_on   list    days on which later notices changed it: its scope, names and addresses before are uncertain
    delisted_on  date    last day it was in force
    expires_on   date    the same, for private lists: the last day it counts
    scope        text    goods it covers, as written
    footnotes    list    Entity List footnote numbers that apply
    citation     text    Federal Register citation or the like
    program      text    sanctions program tags
    letter_type  text    for private lists: is_informed, red_flag, supplier_list or project_guardian
    confidential bool    whether its text may not leave the machine
""",
)

CONTRACT: tuple[Table, ...] = (
    SHIPMENTS,
    ORDERS,
    LICENSES,
    AUTHORIZED_DISTRIBUTORS,
    SERVICE,
    ITEMS,
    PAYMENTS,
    PARTIES,
    OWNERSHIP,
    OFFICERS,
    SITES,
    TENANCIES,
    INSTALLATIONS,
    STOCK,
    ATTESTATIONS,
    LISTINGS,
)
"""Every canonical file, in terms of roles."""

FILES: Mapping[str, Table] = {contract.name: flat(contract) for contract in CONTRACT}
"""Every canonical file as it is spelled: one flat column per part of a role."""
