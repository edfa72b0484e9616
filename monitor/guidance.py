"""The documents red flags cite: what each numbered row says, in our words, and whether official text was seen.

A row is written `id mark text`; `V` = the official wording was seen, `S` = a secondary source, `M` = memory only.
Rows marked S or M carry `verify`. The numbering of the guidance of 13 May 2025 and of the FinCEN rows is ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cite:
    """One passage of one document; `verify` when its official wording was not seen."""

    document: str
    passage: str
    text: str
    url: str
    status: str
    verify: bool

    def __str__(self) -> str:
        return f"{self.document}, {self.passage}"


@dataclass(frozen=True)
class Document:
    """A published document; `status` is in_force, suspended, not_enforced, guidance, study or allegation."""

    title: str
    published_on: dt.date
    url: str
    status: str
    passages: Mapping[str, Cite]

    def passage(self, passage: str) -> Cite:
        """Find one numbered row.

        Raises
        ------
        KeyError
            The document has no such row.
        """
        if passage not in self.passages:
            raise KeyError(f"{self.title!r} has no passage {passage!r}; it has {', '.join(self.passages)}")
        return self.passages[passage]

    def __iter__(self) -> Iterator[Cite]:
        return iter(self.passages.values())


def document(title: str, published: str, url: str, status: str, rows: str) -> Document:
    """Read a document from lines of `id mark text`."""
    passages: dict[str, Cite] = {}
    for line in filter(None, map(str.strip, rows.splitlines())):
        passage, mark, text = line.split(maxsplit=2)
        passages[passage] = Cite(title, passage, text, url, status, verify=mark != "V")
    return Document(title, dt.date.fromisoformat(published), url, status, passages)


# fmt: off
ADVANCED_IC_GUIDANCE = document(
    "BIS industry guidance to prevent diversion of advanced computing integrated circuits", "2025-05-13",
    "https://www.bis.gov/guidance-frequently-asked-questions", "guidance", """
    ADV-01 S the customer never received advanced chips before, or only since the controls of October 2022
    ADV-02 S a new customer places a large order
    ADV-03 S an address is residential or does not fit the volume
    ADV-04 S the ultimate delivery or installation address is unknown or not given
    ADV-05 S a party or an address is that of a listed party, resembles it, or is shared with it
    ADV-06 S the customer hardly exists on the web, or has no business e-mail
    ADV-07 S the order does not fit the customer's line of business or technical ability
    ADV-08 S the consignee is no natural user of such chips: a forwarder, trader or logistics company
    ADV-09 S the data center does not or cannot affirm that it has the power, cooling and space to run the chips
    ADV-10 S the data center does not or cannot affirm that its users are not headquartered under arms embargo
    ADV-11 M the buyer gives no clear answer about end use, end user, or whether the goods stay
    ADV-12 M payment comes from a third party or country, or payer, consignee or route change at the last minute
    ADV-13 S a party or its parent is headquartered in Country Group D:1, D:4, D:5 or Macau
    DD-01 M check when a new customer was incorporated
    DD-02 S trace ownership to the ultimate parent and its headquarters
    DD-03 S learn who the end user is and what for, and have it certified
    DD-04 S screen parties and addresses against the lists, again and again
    DD-05 M evaluate whether data centers can run the chips, above all large ones
    DD-06 S ask hosting providers about users under arms embargo
    DD-07 M tell customers that the goods are controlled, and put the class on the papers
    DD-08 M watch public reports of diversion
    DD-09 S look harder at destinations known for transshipment
    DD-10 S resolve red flags before shipping, without blinding oneself
    """)

TRAINING_POLICY = document(
    "BIS policy statement on integrated circuits used to train AI models", "2025-05-13",
    "https://www.bis.gov/media/documents/ai-policy-statement-training-ai-models-may-13-2025", "guidance", """
    PS-1 S chips sent to anyone, hosting providers included, knowing they train models for parties under arms embargo
    PS-2 S chips handed on, or put to another use, within a country with the same knowledge
    PS-3 S support by US persons for such training
    PS-4 S a foreign party may be listed even without a violation
    """)

GP10_GUIDANCE = document(
    "BIS guidance on General Prohibition 10 and advanced-computing chips of PRC design", "2025-05-13",
    "https://www.bis.gov/media/documents/general-prohibition-10-guidance-may-13-2025.pdf", "guidance", """
    GP10 S whoever knows of a violation may not sell, move, finance, store, use or service the goods any more
    """)

SUBSIDIARY_GUIDANCE = document(
    "BIS guidance of 31 May 2026 on parties headquartered under arms embargo", "2026-05-31",
    "https://www.bis.gov/media/documents/bis-guidance-may-31-2026.pdf", "in_force", """
    HQ V advanced chips need a license anywhere for parties seated, or with an ultimate parent seated, in D:5 or Macau
    """)

KNOW_YOUR_CUSTOMER = document(
    "Supplement No. 3 to Part 732 of the EAR (red flags)", "2025-09-30",
    "https://www.ecfr.gov/current/title-15/part-732", "in_force", """
    S3-1 V reluctant to say what the goods are for
    S3-2 V goods do not fit the buyer's line of business
    S3-3 V goods do not fit the technical level of the country
    S3-4 V hardly any business background
    S3-5 V cash for what is usually financed
    S3-6 V does not know what the product does and wants it anyway
    S3-7 V installation, training or maintenance declined
    S3-8 V vague delivery dates or an out-of-the-way destination
    S3-9 V a freight forwarder is the final destination
    S3-10 V an abnormal shipping route
    S3-11 V packaging does not fit the shipment or the destination
    S3-12 V gives no clear answer about domestic use, export or reexport
    S3-13 V military parts in numbers no known platform needs
    S3-14 V military parts that may go on to D:5
    S3-15 V marketing before October 2022 that showed advanced-node ability
    S3-16 V items only advanced nodes need, against what was said
    S3-17 V a customer known to develop or make for supercomputers in D:5 or Macau
    S3-18 V a customer that means to develop or make supercomputers or chips under § 744.23
    S3-19 V a foundry order for a chip of 50 billion transistors with HBM, headquartered in D:5 or Macau
    S3-20 V a fab without advanced nodes orders equipment designed for them
    S3-21 V the ultimate owner or user is uncertain
    S3-22 V the item probably needed a license nobody obtained; later service included
    S3-23 V service asked for an item altered for a more advanced use
    S3-24 V management of a new customer overlaps with that of a listed entity
    S3-25 V a new customer asks for what was made for a former, now listed, customer
    S3-26 V a foreign-made item of Category 3B that holds a chip
    S3-27 V a plant joined by bridge or tunnel to an advanced-node fab
    S3-28 V hosting for training with controlled weights for an entity headquartered outside the allied countries
    S3-29 V a listed owner is known: learn the percentage, or stop
    """)

FINCEN_ALERTS = document(
    "FinCEN and BIS joint alerts", "2023-11-06",
    "https://www.fincen.gov/resources/advisoriesbulletinsfact-sheets", "guidance", """
    FIN-01 S letter of credit consigned to the issuing bank, no end user on the invoice
    FIN-02 S hardly any web presence or domain e-mail
    FIN-03 S refuses details on end user, end use or ownership
    FIN-04 M many small payments from one account to several similar suppliers
    FIN-05 M the ultimate consignee is a bank, mail center or logistics firm
    FIN-06 M pays well above the market price
    FIN-07 M a party or address is like a listed one, shared with it, or shares its owners
    FIN-08 M payment by third parties or from third countries, above all transshipment points
    FIN-09 M payment route or shipment moved at the last minute away from a country of concern
    FIN-10 M a civil end user at or beside a military place
    FIN-11 M a company formed after the control date trades the priority goods
    FIN-12 M an old customer that never got such goods before the control date
    FIN-13 M an old customer that gets far more since the control date
    FIN-14 M companies without business of their own that bank elsewhere than where they are registered
    FIN-15 M personal accounts or cards for large electronics purchases
    FIN-16 M the address does not exist, does not fit or is residential
    FIN-17 M an atypical route, or a payer at a transshipment point
    FIN-18 M a freight forwarder is the final destination
    """)

TRI_SEAL_NOTE = document(
    "Tri-Seal compliance note on third-party intermediaries", "2023-03-02",
    "https://www.justice.gov/nsd", "guidance", """
    TRI-1 M a company without business of its own makes the wire transfers
    TRI-2 M reluctant about the end use
    TRI-3 M declines installation or maintenance
    TRI-4 M the IP address does not match the location
    TRI-5 M shipping instructions change at the last minute
    TRI-6 M the payer is not on the end-user statement
    TRI-7 M a personal e-mail address
    TRI-8 M a residential address, or one of many companies
    TRI-9 M letters changed so that the customer does not appear
    TRI-10 M payment moved at the last minute away from a restricted country
    TRI-11 M rerouted from a restricted country
    TRI-12 M no web presence
    TRI-13 M routed through known transshipment points
    """)

BEST_PRACTICES = document(
    "BIS best practices for transit, transshipment and reexport", "2011-08-31",
    "https://www.bis.gov", "guidance", """
    BP-1 V heed red flags
    BP-2 V use forwarders that have sound compliance programs
    BP-3 V ask foreign customers for detailed credentials
    BP-4 V avoid routed transactions without a long trusted relation
    BP-5 V put destination control on the papers
    BP-6 V give forwarders and filings the classification
    BP-7 V use information technology
    """)

JULY_2024_GUIDANCE = document(
    "BIS guidance on supplier-list, Project Guardian, red-flag and is-informed letters", "2024-07-10",
    "https://www.bis.gov", "guidance", """
    JG-1 S a supplier-list letter names parties that are not public
    JG-2 S a Project Guardian request asks to watch for parties and goods
    JG-3 S a red-flag letter says a customer may have diverted the same goods
    JG-4 S an is-informed letter imposes a license requirement on its addressee
    """)

PIPELINE_STUDY = document(
    "CSIS, chip supply pipeline study", "2025-10-01",
    "https://www.csis.org", "study", """
    CSIS-1 V procurement: goods are bought under a false end user or end use
    CSIS-2 V goods pass customs under false descriptions and codes
    CSIS-3 V goods leave a port and are not reported as received
    CSIS-4 V goods are transshipped until they reach a restricted end user
    """)

STUDIES = document(
    "Studies of chip diversion (CNAS 2023 and 2025, CSIS 2024)", "2025-06-11",
    "https://www.cnas.org", "study", """
    CNAS V accelerators are relabeled as other goods and bought through new companies in third countries
    SUCCESSION S business of a listed party goes on under a new name with its people, place and suppliers
    OVERBUYING S subsidiaries of one group each buy a little more than they need, and the surplus moves on
    """)

CASES = document(
    "Public enforcement cases (allegations unless a plea is noted)", "2026-03-19",
    "https://www.justice.gov/nsd", "allegation", """
    C1 S straw buyers; accelerators relabeled as adapters, wires from under arms embargo, a false end user (plea)
    C2 S a real-estate company bought accelerators; paid from Hong Kong
    C3 S company founded just after the controls; forwarders as consignees, "computer parts", an absent end user
    C4 S servers bought for one user pass through a hub to another country
    C5 S purchases far above what the buyer's halls can run
    C6 S a listed minority owner upstream and a tenant under arms embargo downstream
    C7 S servers bought for one user leave it; dummies with their labels stand in for inspections
    C9 S a firm in another trade sends on what it buys; a new buyer follows a sanctioned one
    C11 S data centers filled for inspection and then emptied
    """)

LISTS = document(
    "Export Administration Regulations, Part 744 and its lists", "2026-07-23",
    "https://www.ecfr.gov/current/title-15/part-744", "in_force", """
    744.11 V Entity List: license for the entry's scope, no exceptions
    744.16 V Entity List entries may be addresses alone; they bind whoever uses them
    744.15 V Unverified List: no exceptions, a statement is needed
    744.21 V military end users
    764.2 V denied persons: nobody may take part in their transactions
    750.7 S a license covers its own parties, items, quantity, value and time alone
    742.6 V advanced computing: license by destination, and by headquarters in D:5 or Macau
    744.23 V supercomputer, advanced-node and headquarters end-use controls
    """)

AFFILIATES_RULE = document(
    "BIS Affiliates Rule, 90 FR 47201", "2025-09-30",
    "https://www.federalregister.gov/citation/90-FR-47201", "suspended", """
    50-percent V foreign entities owned 50 percent or more by listed parties share their license requirement
    """)

OFAC_FIFTY_PERCENT = document(
    "OFAC guidance on entities owned by blocked persons", "2014-08-13",
    "https://ofac.treasury.gov/faqs/401", "in_force", """
    50-percent V entities owned 50 percent or more in the aggregate by blocked persons are blocked
    """)

DOCUMENTS: tuple[Document, ...] = (
    ADVANCED_IC_GUIDANCE,
    TRAINING_POLICY,
    GP10_GUIDANCE,
    SUBSIDIARY_GUIDANCE,
    KNOW_YOUR_CUSTOMER,
    FINCEN_ALERTS,
    TRI_SEAL_NOTE,
    BEST_PRACTICES,
    JULY_2024_GUIDANCE,
    PIPELINE_STUDY,
    STUDIES,
    CASES,
    LISTS,
    AFFILIATES_RULE,
    OFAC_FIFTY_PERCENT,
)
"""Every document a red flag or a question may cite."""
# fmt: on
