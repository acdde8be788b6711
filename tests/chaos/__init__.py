"""Real processes, killed and hindered at every point where they touch the world; then a checker counts."""
