"""What the engines that turn pictures into text share; it knows none of their tasks."""
