"""The commands of the desk: `ims desk …`."""
