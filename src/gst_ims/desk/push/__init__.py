"""What is decided goes to the portal: once each, and whatever happens on the way."""
