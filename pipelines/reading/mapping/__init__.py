"""Declared mappings: a foreign layout to canonical columns, as a TOML file says.

    title = "Import declarations of …"    # what the layout is, for people
    table = "shipments"
    header_row = 6                        # line of the headings; looked for in the first 30 if that has them not
    date_format = "%d/%m/%Y"              # of every date column, or several, tried in order; ISO 8601 is always read
    timezone = "Asia/Kolkata"             # of times written in UTC: their day is the one it was there
    decimal_comma = true                  # 1.234,5; false: 1,234.5; left out: as the values show
    null = ["NOT AVAILABLE", "0000"]      # further words that mean: no value
    moves_goods = false                   # its rows are totals, or tell of movements that other records hold

    [columns]                             # canonical column = where it comes from
    id = "DECLARATION NO"                 # one heading, in any case and spacing
    item = ["DESCRIPTION EN", "DESCRIPTION"]          # the first of them that is filled
    consignee_address = { join = ["ADDRESS", "CITY"], with = ", " }   # what is filled of them, joined
    bill_of_lading = { column = "REMARKS", pattern = 'B/L:? *(\\w+)' }  # what the first group finds
    shipped_on = { column = "DATE", date = ["%d/%m/%Y", "%b %Y"], timezone = "Asia/Kolkata" }
    weight_kg = { column = "WEIGHT", unit = "lb" }    # lb, oz, t, g, mg, cwt … to kg
    weight_kg = { column = "WEIGHT", unit_column = "WEIGHT UNIT" }    # a unit nobody knows: row refused
    value = { column = "PRICE", times = "QUANTITY" }  # a price per unit times a count
    value = { column = "VALUE IN 1000 USD", scale = 1000, currency = "USD", decimal_comma = false }
    value = [                             # each with its own currency: the row gets that of the one used
      { column = "VALUE USD", currency = "USD" },
      { column = "VALUE FC", currency_column = "CURRENCY" },
    ]
    quantity = [                          # likewise with its own unit
      { column = "QTY", unit_column = "UNIT" },
      { column = "NET WEIGHT", unit = "kg" },
    ]
    id = { hash = ["EXPORTER", "BUYER", "HS CODE", "MONTH"] }   # where a layout has no id; ["*"] takes all columns

    [constants]                           # the same for every row
    kind = "import"
    destination_country = "IN"

    [default]                             # what stands where the mapped column is empty
    origin_country = "CN"

    [values.kind]                         # what the file writes = what we write, in any case
    "EXP" = "export"
    "*" = "import"                        # everything else that is filled

    [units]                               # unit words beside those of config/unit_words.toml
    "GRUPO" = "set"

    [split]                               # one record to several lines, numbered 1, 2 … in `line`
    columns = ["HS CODES", "GOODS"]       # cells that list the parts, side by side
    by = ";"                              # what stands between the parts
    amounts = "first"                     # or "divide": see below

    [split]
    columns = ["HS {n}", "GOODS {n}", "QTY {n}"]      # or headings that count: HS 1, HS 2 …, given as "HS {n}" above

JSON: a heading may be a path, `party.address.city`, `parties[0].name`, `parties[role=SHIPPER].name`;
`rows = "items.pieces"` makes one line of every entry of a list, whose own values are reached by the whole path
(`items.pieces.weight`).

* A heading a file lacks is refused with the nearest one it has; of several (`[…]`, `join`) one must be there.
  `optional = true` in the braces lets a file do without.
* Dates that could be read two ways are never guessed: 03/04/2025 without `date_format` or `date` is quarantined.
  A format without a day (`%b %Y`) gives the first of the month; `"excel"` reads day numbers of a workbook.
  A time in UTC, 2025-03-28T18:30:00.000Z, is that day unless `timezone` says where; days written bare are never moved.
* `pattern` is a regular expression without look-around or back references, so that it takes linear time.
* A split record counts once: its numbers (quantity, value, weight_kg) that are not themselves split are left on line 1
  (`"first"`; quantity 0 on the others) or divided equally (`"divide"`, whole pieces stay whole), never repeated. A
  record with one line that cannot be used is quarantined whole.
"""

from __future__ import annotations

from pipelines.reading.mapping.declared import checked, read_mapping
from pipelines.reading.mapping.mapping import EXTRA, ColumnMapping
from pipelines.reading.mapping.words import nearest, not_used, some

__all__ = ["EXTRA", "ColumnMapping", "checked", "nearest", "not_used", "read_mapping", "some"]
