"""Articles as papers name them: accelerators and a few ordinary goods, with usual prices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goods:
    """An article as it is written on papers: text, HS code, declared ECCN, usual price in USD, weight in kg."""

    item: str
    hs_code: str
    eccn: str
    usd: float
    weight_kg: float


SERVER_H100 = Goods("NVIDIA HGX H100 8-GPU server", "847150", "4A090.a", 272_000, 130)
SERVER_H200 = Goods("NVIDIA HGX H200 8-GPU server", "847150", "4A090.a", 315_000, 130)
SERVER_B200 = Goods("NVIDIA HGX B200 8-GPU server", "847150", "4A090.a", 440_000, 142)
SERVER_A100 = Goods("NVIDIA HGX A100 8-GPU server", "847150", "4A090.a", 128_000, 123)
BOARD_H100 = Goods("NVIDIA H100 PCIe 80GB accelerator card", "847330", "4A090.a", 29_000, 1.7)
BOARD_L40S = Goods("NVIDIA L40S 48GB graphics accelerator", "847330", "4A090.a", 8_500, 1.2)
ORDINARY = (
    Goods("Business laptop 14 inch", "847130", "5A992.c", 920, 1.6),
    Goods("Ethernet switch 48 port", "851762", "5A992.c", 2_400, 6),
    Goods("2U rack server, dual CPU, no GPU", "847150", "5A992.c", 7_200, 28),
    Goods("LCD monitor 27 inch", "852852", "EAR99", 240, 5),
    Goods("NVMe solid state drive 7.68 TB", "847170", "EAR99", 880, 0.2),
    Goods("Fiber patch cables", "854470", "EAR99", 12, 0.1),
    Goods("Rack cabinet 42U", "940320", "EAR99", 1_150, 110),
    Goods("Uninterruptible power supply 20 kVA", "850440", "EAR99", 8_900, 210),
)
