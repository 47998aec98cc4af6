"""The main job as whole programs: mangaxr, what else there is, and gunzip alone."""
