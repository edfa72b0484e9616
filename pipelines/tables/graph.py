"""The graph: the tables red flags, traces and models read.

Roles are party ids, money is USD, dates have `_day` twins. What is derived (recognized goods, screening, law,
ownership tests, restricted ends) stands here as ordinary tables, made once in `pipelines`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.tables.column import Table, table
from pipelines.tables.files import CONTRACT

SHIPMENTS = table(
    "shipments",
    "one movement of one line of goods",
    """
    id!                    text    id of the movement, the one every other table refers to
    source                 text    source it came from
    record                 text    its key in the source
    kind                   text    sale, export, reexport, import, transfer, return or repair
    ordered_on             date    day of the order
    shipped_on!            date    day of departure
    arrived_on             date    day of arrival; null when not recorded
    arrived_by_on          date    arrival, or the latest day it is taken to have arrived (by mode, else 60 days)
    shipper!               party   who sends
    consignee!             party   ultimate consignee
    intermediate_consignee party   who receives on behalf of the consignee
    purchaser              party   who buys
    end_user               party   who is named as using the goods
    forwarder              party   freight forwarder
    notify_party           party   who is told of the arrival
    origin_country         country origin_country, else the shipper's country
    destination_country    country destination_country, else the consignee's country
    via                    list    countries passed
    mode                   text    air, sea, road, rail, courier or mail
    item                   text    model, SKU or description as written
    hs_code                text    digits only
    eccn                   text    as declared
    quantity               number  count of `unit`
    unit                   text    piece, set, rack, chip, kg, carton …
    pieces                 number  quantity in pieces; null when the unit is a weight or a package
    model                  text    id in config/accelerators.csv or systems.csv; null when not recognized
    chip                   text    id of the accelerator contained; null when not recognized or none
    family                 text    accelerator, memory, semiconductor_equipment, design_software, other; null = unknown
    form                   text    chip, board, server, rack or other
    recognized             bool    item, SKU or declared ECCN says what the goods are
    vague                  bool    the text says nothing ("computer parts", "adapter modules")
    chips_per_piece        number  accelerators in one piece; null when unknown
    chips                  number  accelerators in the line
    h100_equivalents       number  total processing performance of the line / 15,832
    kilowatts_per_chip     number  system power per accelerator, kW
    item_class             text    class computed for shipped_on (3A090.a, 4A090.b …); null: not controlled, or unknown
    item_class_today       text    the same for tables' as_of day
    controlled             bool    meets the parameters in force on shipped_on; null when goods unknown
    weight_kg              number  gross weight, kg
    value_usd              number  total of the line, USD
    unit_value_usd         number  value_usd / pieces
    license                text    as claimed
    delivery_address       text    as written
    order_id               text    the order it fulfills
    invoice_number         text    invoice
    bill_of_lading         text    transport document
    filing_number          text    export or import filing
    serial_numbers         list    serial numbers
    declared_end_use       text    as declared
    mine                   bool    shipped by one of the user's parties
    moves_goods            bool    whether the row moves goods: one row of each movement (a source may say not)
    movement               text    id of the movement it describes: the least id of its rows
    movement_rows          list    ids of all rows of the movement; null when there is no other
    repeats                bool    another row moves the goods of this movement and was completed from this one
    disagrees              list    facts the rows tell differently, "quantity: 10 (E1), 12 (I1)"; on the moving row
    license_source         text    source of the movement whose records would show a license, its own or another's
""",
)

PARTIES = table(
    "parties",
    "one real-world party",
    """
    id!                  text    party id
    name!                text    the name most used of it
    aliases              list    other names it goes by
    kind                 text    organization, person or vessel
    country              country where it is registered, else where its address is
    headquarters_country country as stated
    address              text    address as written, the most used
    phone                text    phone number
    email                text    e-mail address
    website              text    web site
    registration_number  text    number in the company register
    lei                  text    Legal Entity Identifier
    source_ids           list    ids sources give it
    industry             text    line of business as written
    roles                list    roles stated and roles seen (shipper, consignee, payer, owner …)
    trade                text    logistics, bank, mailbox, trading or null: what its name, roles or industry say
    implausible_trade    text    the word of its line of business that does not fit accelerators; null when none
    incorporated_on      date    day of incorporation
    dissolved_on         date    day of dissolution
    first_seen_on        date    first day any record names it
    employees            number  head count
    revenue_usd          number  yearly revenue
    paid_in_capital_usd  number  paid-in capital
    group                party   its ultimate parent by known majority, else itself
    mine                 bool    one of the user's parties
    listed               bool    matches an entry of a list that prohibits
""",
)

MENTIONS = table(
    "mentions",
    "one party as one record spells it",
    """
    key!     text   key of the mention: folded name, country, address, identifiers
    party!   party  the party it was resolved to
    name     text   as written
    country  country as written
    address  text   as written
    records  int    how many records say so
""",
)

LISTINGS = table(
    "listings",
    "one entry of one list",
    """
    id!          text    listing id: list and folded name, or list and address
    list!        text    short name of the list (EL, SDN, MEU, UVL, DPL, CMIC …)
    name         text    name of the entry; null for an address-only entry
    aliases      list    other names
    kind         text    entity, person, vessel, aircraft or address
    country      list    ISO codes
    addresses    list    addresses
    published_on date    first publication; null when no source gives it
    effective_on date    first effect, when known; else publication
    amended_on   list    days of later notices: scope, aliases and addresses on a day before the last are uncertain
    delisted_on  date    last day in force: as stated, else the day of the first complete copy without it
    delisted_inferred bool the last day is that of a complete copy it was gone from, not one a notice states
    footnotes    list    footnotes that apply
    scope        text    as written
    limits       text    all, ccl, excepted or project: how far `scope` reaches
    effect       text    prohibits, conditions or other
    citation     text    citations as written
    source       text    source it came from
    sources      list   every source that has it
    identifiers  list   registration numbers, LEIs and the like
    program      text   sanctions program tags
    letter_type  text   for private lists: is_informed, red_flag, supplier_list or project_guardian
    confidential bool   whether its text may not leave the machine
""",
)

SCREENINGS = table(
    "screenings",
    "one party that matches one listing",
    """
    party!       party  party id
    listing!     text   listing id
    list         text   short name of the list
    entry        text   name of the entry
    matched      text   the name, alias or identifier that matched
    by           text   name, alias or identifier
    band         text   match or review
    score        number 0 to 1
    rare_token   bool   a token that few parties have is shared
    second_link  text   address, country, identifier …: what besides the name agrees; null when nothing
    person       bool   the entry is a natural person
    effect       text   prohibits, conditions or other
    limits       text   all, ccl, excepted or project
    dated        bool   whether the list gives a date
    since_on     date   first day in effect; null when undated (counts as every day)
    until_on     date   last day
    published_on date   publication
    citation     text   citation
    detail       text   the explanation, evidence by evidence
    last_amended_on date last notice that changed the entry: what it said before is uncertain; null when none
    delisted_inferred bool until_on is the day of a copy it was gone from
    letter_type  text   for private lists: is_informed, red_flag, supplier_list or project_guardian
    confidential bool   the text of the listing may not leave the machine
""",
)

ADDRESS_LISTINGS = table(
    "address_listings",
    "one address in use that is an address of a listing",
    """
    party        party  the party at the address; null when the address is only a delivery address
    shipment     text   the shipment whose delivery address it is; null when it is the party's own
    address!     text   as written
    listing!     text   listing id
    list         text   short name of the list
    entry        text   name of the entry or the address-only entry
    address_only bool   the entry is an address without a name
    unit_level   bool   agrees down to the unit
    crowd        int    how many parties share the address
    effect       text   prohibits, conditions or other
    dated        bool   whether the list gives a date
    since_on     date   first day in effect
    until_on     date   last day
    published_on date   publication
    citation     text   citation
    detail       text   what was compared
    delisted_inferred bool until_on is the day of a copy it was gone from
    confidential bool   the text of the listing may not leave the machine
""",
)

PARTY_KEYS = table(
    "party_keys",
    "one hand-over key of one party",
    """
    party!  party  party id
    kind!   text   identity, address, contact, officer or parent
    key!    text   the key
    crowd   int    how many parties share it
    from_on date   first day it holds; null = always
    until_on date  last day; null = always
    evidence text  what the key rests on, for people
""",
)

OWNERSHIP = table(
    "ownership",
    "one interest of one party in another",
    """
    owner!    party  who owns
    owned!    party  who is owned
    least     number percent
    most      number percent
    open      text   none, least, most or both: which ends are excluded
    interest  text   BODS interest type
    from_on   date   first day
    until_on  date   last day
    source    text   source it came from
    record    text   its key in the source
    directness text  direct or indirect, as stated; null when not
    details   text   what the register calls the interest (GLEIF: IS_DIRECTLY_CONSOLIDATED_BY …)
""",
)

OWNERSHIP_TESTS = table(
    "ownership_tests",
    "one legal 50 percent test of one party over one stretch of time",
    """
    party!     party  who is tested
    regime!    text   bis, ofac, eu or uk
    result!    text   positive, negative or undetermined
    least      number percent held by restricted owners at least
    most       number percent at most
    by         list   party ids of the listed owners that count
    entries    list   their list entries
    settled_by text   the fact that would settle an undetermined test
    chain      list   the chain in words, owner by owner
    from_on    date   first day of the stretch; null = always
    until_on   date   last day; null = still
    status     text   in_force, suspended, not_enforced … of the measure over that stretch
    verify     bool   whether the measure is to be verified
    citation   text   the measure
""",
)

HEADQUARTERS = table(
    "headquarters",
    "where one party is headquartered, as far as records say",
    """
    party!          party   party id
    ultimate_parent party   by known majority or GLEIF relation; itself when it has no owner on record
    country         country headquarters
    basis           text    stated, registration_of_parent or undetermined
    from_on         date    first day; null = always
    until_on        date    last day; null = still
    because         text    how it was found, in words
""",
)

COUNTRIES = table(
    "countries",
    "one stretch of time of one country under the country groups",
    """
    country!       country ISO code; HK stands as CN does
    from_on        date    first day; null = always
    until_on       date    last day; null = still
    arms_embargoed bool    Country Group D:5 or Macau
    license_country bool   D:1, D:4, D:5 or Macau, not also A:5 or A:6
    groups         list    the groups it is in
""",
)

LICENSE_NEEDS = table(
    "license_needs",
    "the law for one shipment",
    """
    shipment!   text   shipment id
    need!       text   required, exception_possible, not_required or undetermined, on shipped_on
    on_record   text   yes, no or unknown
    need_today  text   the same question as of the tables' day
    rules       list   destination, headquarters, listed, listed_address, owned_50_percent …: what requires it
    because     list   the chain of reasons
    item_class  text   the class judged
    assumed     bool   judged for goods it may carry ("if the goods are those received"), not for recognized ones
    goods       text   the goods key assumed (accelerator/h100); null when not assumed
    verify      bool   rests on a measure that is to be verified
    citation    text   measures
""",
)

RESTRICTED_ENDS = table(
    "restricted_ends",
    "one delivery of these goods to one party, restricted on the day",
    """
    shipment!  text   shipment id
    party!     party  who receives: consignee, intermediate consignee or end user
    goods      text   carried goods it holds for (family/chip); null = whatever is recognized on the shipment
    rule!      text   listed, listed_address, owned_50_percent, headquarters, destination, military_end_user, embargo …
    regime     text   bis, ofac …
    list       text   short name of the list
    entry      text   name of the entry
    citation   text   measure or listing
    since_on   date   since when the rule applies
    until_on   date   until when
    on_the_day bool   applied on shipped_on; false = look-back (listed afterwards)
    certainty  text   on_record, unknown_license or inferred
    verify     bool   rests on a measure or date that is to be verified
    chain      list   ownership chain in words, when by ownership
""",
)

MAY_CARRY = table(
    "may_carry",
    "controlled goods one shipment names, or may carry on",
    """
    shipment!       text   shipment id
    goods!          text   goods key: family/chip
    chips_per_piece number accelerators in one piece, as stated or assumed; null when unknown
    chips_most      number accelerators in the line, if these are its goods: at most so many; null when unknown
    fit             number 0 to 1: how well its value, weight, HS code and serials fit these goods
    recognized      bool   the row says what the goods are; false = it may be goods that had arrived at its shipper
""",
)

APPEARANCES = table(
    "appearances",
    "one party in one role of one shipment or payment",
    """
    party!     party  party id
    role!      text   shipper, consignee, …, payer, payee, remitter
    shipment   text   shipment id
    payment    text   payment id
    on         date   shipped_on or paid_on
    controlled bool   the goods are recognized as controlled
    mine       bool   one of the user's own shipments
""",
)

PAYMENTS = table(
    "payments",
    "one payment",
    """
    id!                text    payment id
    source             text    source it came from
    record             text    its key in the source
    payer!             party   who pays
    payee!             party   who is paid
    payer_bank_country country country of the payer's bank
    remitter           party   who sends the money
    issuing_bank       party   bank of the letter of credit
    paid_on            date    day of payment
    amount_usd         number  amount, USD
    order_id           text    order it pays
    method             text    as written
    shipments          list    shipments it pays: those of its order, else those of payee to payer
    buyer              party   whom it pays for: purchaser or consignee of those shipments
""",
)

SITE_POWER = table(
    "site_power",
    "one group with known sites on one day its stock of chips changes",
    """
    party!           party  the group (its ultimate parent), or the operator itself
    operator         party  operator named by the last delivery
    on               date   the day
    chips_there      number accelerators that came and have not left
    kilowatts_needed number their systems' draw × 0.6 × 1.1
    megawatts        number IT load of the group's known, leased and energizing sites that day; null when unknown
    sites            list   names of those sites
    shipments        list   shipments whose goods are there, given on the worst day
    worst            bool   the day of the largest excess
    sites_complete   bool   whether a source declares the group's sites complete
""",
)

REACHED = table(
    "reached",
    "one restricted end that goods given may have reached (made by the tracer)",
    """
    subject!           party  consignee of the last leg whose goods were recognized as controlled
    path!              text   id of the best path
    shipment           text   the last recognized leg
    start              text   the first leg
    end!               party  the farthest end
    end_shipment       text   the delivery to it
    legs               int    shipments on the path
    rule               text   why the end is restricted
    on_the_day         bool   the rule applied on the day
    certainty          text   on_record, unknown_license or inferred
    verify             bool   rests on something to be verified
    recognized_least   number pieces
    if_same_goods_least number pieces
    if_same_goods_likely number pieces
    if_same_goods_most number pieces
    observed           bool   every join shares a serial, order, invoice or bill of lading
    score              number of the best path
    mine               bool   the first leg is one of the user's own shipments
""",
)

SOURCES = table(
    "sources",
    "one source",
    """
    id!               text   source id
    table             text   contract table it feeds
    records_licenses  bool   its rows would show a license
    sites_complete    bool   it names every site of the parties it names
    complete          bool   it records every movement of the parties it names
    register_complete_for list  countries whose register it holds in full
    moves_goods       bool   its rows move goods
    first_day         day    first day of its records, days since 1970
    last_day          day    last day of its records, days since 1970
    version           text   date or hash of the file read last
""",
)

FILLS = table(
    "fills",
    "how far one source fills one column",
    """
    source! text   source id
    table!  text   contract table
    column! text   column
    share   number 0 to 1, of comparable rows
""",
)

OVER_PURCHASE = table(
    "over_purchase",
    "what the over-purchase model says of one group",
    """
    party!   party  the group
    score    number pooled standardized residual
    p_value  number one-sided
    q_value  number after Benjamini-Hochberg
    excess   number accelerators bought above need
    members  list   subsidiaries pooled
    shipments list  shipments the figures rest on
    because  text   in words
""",
)

_OF_RECORDS = (
    "orders",
    "licenses",
    "authorized_distributors",
    "service",
    "items",
    "officers",
    "sites",
    "tenancies",
    "installations",
    "stock",
    "attestations",
)

GRAPH: Mapping[str, Table] = {
    each.name: each
    for each in (
        SHIPMENTS,
        PARTIES,
        MENTIONS,
        LISTINGS,
        SCREENINGS,
        ADDRESS_LISTINGS,
        PARTY_KEYS,
        OWNERSHIP,
        OWNERSHIP_TESTS,
        HEADQUARTERS,
        COUNTRIES,
        LICENSE_NEEDS,
        RESTRICTED_ENDS,
        MAY_CARRY,
        APPEARANCES,
        PAYMENTS,
        SITE_POWER,
        REACHED,
        SOURCES,
        FILLS,
        OVER_PURCHASE,
        *(contract for contract in CONTRACT if contract.name in _OF_RECORDS),
    )
}
"""Every table of the graph; those that need no derivation are the file's with roles as party ids."""
