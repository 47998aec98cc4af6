"""What a galaxy is: its disk, its noiseless maps, the strengths of its lines."""
