"""How long records are kept: what is past its time, holds that stop everything, and destruction by two people."""
