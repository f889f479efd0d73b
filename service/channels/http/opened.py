"""Articles as routes open them."""

from service.opened import Opened, open_article

__all__ = ["Opened", "open_article"]
