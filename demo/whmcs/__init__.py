"""WHMCS as its External API shows it, in four generations, with everything that goes wrong."""

from demo.whmcs.api import ApiServer
from demo.whmcs.catalogue import Option, Product
from demo.whmcs.shop import Shop

__all__ = ["ApiServer", "Option", "Product", "Shop"]
