"""`python -m gst_ims.cli`: the same as `ims`."""

from gst_ims.cli.main import main

main()
