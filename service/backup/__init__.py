"""The data folder in one file, and back: the catalogue, which everything else is made from again."""

from service.backup.archive import Manifest
from service.backup.making import back_up
from service.backup.restoring import restore

__all__ = ["Manifest", "back_up", "restore"]
