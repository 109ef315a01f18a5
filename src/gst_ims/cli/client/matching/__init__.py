"""`ims match`: what the portal says against purchase registers, from files or through a profile."""
