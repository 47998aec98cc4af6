"""What a survey sees and measures of a galaxy: bundle, noise, bins, analysis."""
