"""The shared words that phone and glass show after a scan (暗号), by key.

Fruits, plants and trees of two characters that are hard to mix up when read aloud. Standard
library only. A key is never reused for another word.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "shiliu": ("石榴", "pomegranate"),
        "pingguo": ("苹果", "apple"),
        "xiangjiao": ("香蕉", "banana"),
        "putao": ("葡萄", "grape"),
        "yingtao": ("樱桃", "cherry"),
        "caomei": ("草莓", "strawberry"),
        "xigua": ("西瓜", "watermelon"),
        "hetao": ("核桃", "walnut"),
        "hongzao": ("红枣", "jujube"),
        "ningmeng": ("柠檬", "lemon"),
        "lizhi": ("荔枝", "lychee"),
        "longyan": ("龙眼", "longan"),
        "pipa": ("枇杷", "loquat"),
        "shizi": ("柿子", "persimmon"),
        "shanzha": ("山楂", "hawthorn"),
        "sangshen": ("桑葚", "mulberry"),
        "banli": ("板栗", "chestnut"),
        "huasheng": ("花生", "peanut"),
        "yumi": ("玉米", "maize"),
        "nangua": ("南瓜", "pumpkin"),
        "luobo": ("萝卜", "radish"),
        "bocai": ("菠菜", "spinach"),
        "qincai": ("芹菜", "celery"),
        "lianou": ("莲藕", "lotus root"),
        "hehua": ("荷花", "lotus"),
        "juhua": ("菊花", "chrysanthemum"),
        "meigui": ("玫瑰", "rose"),
        "yueji": ("月季", "China rose"),
        "mudan": ("牡丹", "peony"),
        "molihua": ("茉莉", "jasmine"),
        "taohua": ("桃花", "peach blossom"),
        "meihua": ("梅花", "plum blossom"),
        "lanhua": ("兰花", "orchid"),
        "guihua": ("桂花", "osmanthus"),
        "dujuan": ("杜鹃", "azalea"),
        "baihe": ("百合", "lily"),
        "yinxing": ("银杏", "ginkgo"),
        "songshu": ("松树", "pine"),
        "zhuzi": ("竹子", "bamboo"),
        "liushu": ("柳树", "willow"),
    }
)
