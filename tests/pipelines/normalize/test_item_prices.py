"""Goods that name another product are believed up to its usual price; relabeled ones are not."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.normalize.items import catalog, recognize

# text | USD a piece, "-" for unknown
OTHER = """
Uninterruptible power supply 20 kVA                      | 8900
UPS system, 60 kVA, three phase                          | 31000
2U rack server, dual CPU, no GPU                         | 7200
1U rack server, dual Xeon Gold, 512 GB                   | 14500
Server with 2x AMD EPYC 9654, 1.5TB DDR5                 | 28000
CPU-only compute server                                  | 16000
4U GPU server barebone                                   | 9800
GPU-ready chassis, no GPU installed                      | 6400
GPU server w/o GPUs, 2x Xeon                             | 12500
8-GPU server chassis without GPU, rails included         | 15000
Storage server, GPUs not included                        | 21000
servidor sin GPU                                         | 8200
PowerEdge R760 server                                    | 26000
Diesel generator set 800 kVA                             | 150000
Genset, diesel, 2 MVA                                    | 420000
CNC lathe                                                | 95000
CNC machining center VMC-850                             | 180000
Hydraulic excavator 20 t                                 | 165000
Excavator, crawler, used                                 | 74000
Storage array, all-flash                                 | 120000
Core router, 8 slots                                     | 210000
Network switch 48 port                                   | 11000
Firewall appliance                                       | 24000
MRI scanner 1.5T                                         | 950000
CT scanner, 64 slice                                     | 400000
X-ray machine                                            | 85000
Ultrasound system                                        | 48000
Solar inverter 110 kW                                    | 9200
Central inverter 2.5 MW                                  | 140000
Injection molding machine 450T                           | 130000
Passenger car, electric                                  | 42000
Used cars                                                | 18000
Dump truck 40 t                                          | 310000
City bus                                                 | 250000
Aircraft parts                                           | 92000
Helicopter                                               | 3400000
Aircraft engine                                          | 8000000
Water chiller 500 RT                                     | 160000
Cooling tower                                            | 64000
Power transformer 25 MVA                                 | 700000
Distribution transformers                                | 21000
Oscilloscope 2 GHz                                       | 26000
Spectrum analyzer                                        | 58000
Industrial robot 6-axis                                  | 55000
Robot arm for welding                                    | 38000
Offset printing press, four colors                       | 1200000
Laser cutting machine 6 kW                               | 98000
Forklift, electric, 3 t                                  | 27000
Wheel loader                                             | 140000
Tower crane                                              | 350000
Gas turbine 30 MW                                        | 12000000
Steam boiler                                             | 300000
Scanning electron microscope                             | 420000
Mass spectrometer                                        | 260000
Liquid chromatograph                                     | 65000
Patient monitor                                          | 5200
Dental chair                                             | 7500
Hospital beds                                            | 4600
Packaging machine                                        | 88000
Bottling line                                            | 600000
Textile machine, knitting                                | 54000
Air compressor, screw type                               | 33000
Centrifugal pump                                         | 14000
Elevator, passenger, 10 floors                           | 47000
Tractor 120 hp                                           | 61000
Combine harvester                                        | 290000
5G base station                                          | 52000
Battery energy storage system                            | 380000
Wind turbine blade                                       | 160000
Steel structure for warehouse                            | 120000
Steel coil                                               | 17000
Copper cathode                                           | 9000
Prefabricated house                                      | 35000
Fishing boat                                             | 75000
Locomotive                                               | 2500000
Freeze dryer, spray dryer                                | 66000
Vacuum furnace                                           | 190000
Grupo electrógeno 500 kVA                                | 98000
Torno CNC                                                | 70000
Excavadora hidráulica                                    | 140000
Camión volquete                                          | 98000
Vehículo usado                                           | 15000
柴油发电机组800千瓦                                        | 150000
数控机床                                                  | 120000
一台液压挖掘机                                            | 160000
Jengkaut terpakai                                        | 80000
Container of cotton fabric                               | 62000
Textiles, 1 x 40ft container                             | 70000
Pharmaceutical products, container                       | 90000
Medicines, assorted                                      | 12000
laptops                                                  | 1100
Notebook computers 14 inch                               | 900
LCD monitors                                             | 240
Office chairs, steel frame                               | 90
Green tea in cartons                                     | 40
Toys, plastic                                            | 12
Ladies garments                                          | 9
Cotton t-shirts                                          | 4
Frozen shrimp                                            | 15
Ceramic tiles                                            | 6
Tires for trucks                                         | 310
Truck tires                                              | 280
Car parts                                                | 2500
Brake pads                                               | 35
Hard disk drives 20TB                                    | 330
NVMe SSD 30TB                                            | 3800
Intel Xeon Platinum processors                           | 9000
DDR5 RDIMM 128GB                                         | 900
Smartphones                                              | 700
LED lamps                                                | 3
Ball bearings                                            | 18
Lithium batteries                                        | 4200
Spare parts for excavators                               | 22000
Ropa de algodón                                          | 7
Muebles de madera                                        | 180
Minyak sawit                                             | 20
Perabot kayu                                             | 150
茶叶                                                      | 30
家具                                                      | 240
笔记本电脑                                                 | 1000
MRI scanner                                              | -
Tea                                                      | -
"""

RELABELED = """
Tea                                                      | 30000
Green tea in cartons                                     | 270000
Toys                                                     | 28000
Plush toys, assorted                                     | 250000
Ladies garments                                          | 31000
Cotton t-shirts                                          | 270000
adapters                                                 | 30000
adapter modules                                          | 261111
Office chairs                                            | 250000
Office furniture                                         | 270000
Laptops                                                  | 30000
LCD monitors                                             | 32000
Hard disk drives                                         | 29000
Motherboards                                             | 27000
Power supply units                                       | 31000
Server power supplies                                    | 30000
Heat sinks                                               | 26000
Cooling fans                                             | 24000
Server chassis                                           | 268000
Rack cabinet, empty                                      | 275000
2U rack server, dual CPU, no GPU                         | 271000
GPU server w/o GPUs                                      | 255000
4U GPU server barebone                                   | 262000
CPU server                                               | 268000
PowerEdge R650 server                                    | 260000
Network cards                                            | 33000
Memory modules                                           | 30000
Intel Xeon processors                                    | 31000
Toner cartridges                                         | 28000
Printers                                                 | 270000
Network switch                                           | 275000
Truck tires                                              | 30000
Tires for trucks                                         | 270000
Car parts                                                | 265000
Ceramic tiles                                            | 250000
Frozen shrimp                                            | 33000
Container of tea                                         | 270000
Books                                                    | 31000
LED lamps                                                | 30000
UPS                                                      | 268000
Spare parts for printers                                 | 31000
SANDKYAN                                                 | 270000
茶叶                                                      | 30000
家具                                                      | 260000
玩具                                                      | 29000
Juguetes                                                 | 30000
Perabot                                                  | 270000
"""

VAGUE = """
computer parts
machine parts
fittings
rack fittings
equipment
spare parts
components
accessories
samples
goods
general cargo
electronic products
IT equipment
hardware
Hardware and accessories
data center equipment
industrial machinery
computer parts, tea
electronic components, toys
repuestos
componentes electrónicos
muestras
alat ganti komputer
barang elektronik
电子产品
电脑配件
一批电脑配件
"""

ACCELERATORS = """
NVIDIA H100
nvidia h-100 80gb
NVDIA H100 SXM5
Nvidea A100 80 GB PCIE
NVIDIA  H 200
H100SXM5
hgx h100 8gpu
HGX-H100-8GPU
DGX-H100
8XH100 GPU SERVER
GPU server
gpu servers, 8 x h100, wooden crates
H100 cards in steel crates
NVIDIA H100 GPU in wooden box
H100 80GB PCIe, packed in carton boxes
AI server with NVIDIA GPUs
NVIDIA A800 80GB
A100 PCIe 4.0 GPU
RTX4090 24G graphics card
GeForce RTX 5090
L40S 48GB
Tesla V100 32GB
MI300X accelerators
AMD Instinct MI250
Gaudi2 OAM
Ascend 910B NPU
昇腾910B
英伟达H100服务器
H800 服务器
GB200 NVL72
PowerEdge XE9680
XE9680 without rails
SYS-821GE-TNHR
Supermicro 821GE server, 8x H100, no OS
GPU server, drivers not included
NVIDIA H200 141GB HBM3e tensor core
B200 baseboard
servidor GPU con 8 H100
Server, 8x H100, 2x Xeon, DDR5, NVMe SSD, power cables
H100 NVL 94 GB, toys
"""


def lines(table: str, value: str = "30000") -> pl.DataFrame:
    rows = [[*(cell.strip() for cell in line.split("|")), value][:2] for line in table.strip().splitlines()]
    values = [None if usd == "-" else float(usd) for _, usd in rows]
    return pl.DataFrame({"item": [text for text, _ in rows], "value_usd": values}).with_columns(
        hs_code=pl.lit(None, pl.String), eccn=pl.lit(None, pl.String), quantity=1.0, unit=pl.lit(None, pl.String)
    )


def wrong(table: str, holds: pl.Expr, value: str = "30000") -> list[str]:
    """Texts of a table for which something does not hold."""
    said = recognize(lines(table, value), catalog=catalog())
    return said.filter(~holds.fill_null(value=False))["item"].to_list()


def test_honest_goods_are_other_goods_at_their_price() -> None:
    assert wrong(OTHER, pl.col("family") == "other") == []


def test_goods_too_dear_for_their_words_are_unknown() -> None:
    assert wrong(RELABELED, pl.col("family").is_null()) == []


@pytest.mark.parametrize("value", ["-", "30000", "270000"])
def test_words_for_any_goods_say_nothing_at_any_price(value: str) -> None:
    assert wrong(VAGUE, pl.col("family").is_null() & pl.col("vague"), value) == []


@pytest.mark.parametrize("value", ["-", "30000", "270000"])
def test_accelerators_stay_accelerators(value: str) -> None:
    assert wrong(ACCELERATORS, pl.col("family") == "accelerator", value) == []
