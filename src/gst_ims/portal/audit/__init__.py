"""The trail, sealed so that nobody can change it unseen."""
