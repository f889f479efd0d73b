"""The audit log: who changed what, whose keys were used, and what was refused; never what was asked."""
