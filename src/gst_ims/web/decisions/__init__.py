"""What becomes of decisions: approved by a second person, pushed, and told in the trail."""
